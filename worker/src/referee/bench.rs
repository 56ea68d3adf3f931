//! The bench of one seat: its faults, its strikes, and what it used.

use pipe::{Failure, Usage};
use terms::fault::{FAULTS_PER_SEAT_MAX, MESSAGE_BYTES_MAX, TRACEBACK_BYTES_MAX};
use terms::{Fault, Seat, SeatUsage};

/// Longest message of a fault that is neither the first nor the last of its seat, in bytes.
const SHORT_MESSAGE_BYTES_MAX: usize = 256;

/// Everything the referee writes down about one seat.
pub(super) struct Bench {
    seat: Seat,
    strikes: u32,
    strikes_max: u32,
    /// Whether the bot has lost the right to play on.
    pub(super) is_out: bool,
    pub(super) usage: SeatUsage,
    pub(super) faults: Vec<Fault>,
}

impl Bench {
    pub(super) fn new(seat: Seat, strikes_max: u32) -> Bench {
        let (usage, faults) = (SeatUsage::default(), Vec::new());
        Bench { seat, strikes: 0, strikes_max, is_out: false, usage, faults }
    }

    /// Writes down what a load or, with `tick` from 1, a turn used.
    pub(super) fn used(&mut self, tick: u32, usage: &Usage<'_>) {
        let seat = &mut self.usage;
        if tick == 0 {
            seat.load_fuel = usage.fuel;
        } else {
            seat.turns_fuel = seat.turns_fuel.saturating_add(usage.fuel);
            seat.turn_fuel.record(usage.fuel);
        }
        seat.memory_peak_bytes = seat.memory_peak_bytes.max(usage.memory_peak_bytes);
        seat.log_dropped_bytes = seat.log_dropped_bytes.saturating_add(usage.log_dropped_bytes);
    }

    /// Judges a fault: exceptions and bad replies in a turn are strikes, everything else is final.
    /// Returns the fault for the transcript.
    pub(super) fn fault(&mut self, tick: u32, failure: &Failure<'_>) -> Fault {
        if tick > 0 && failure.kind.is_strike() {
            self.strikes += 1;
            self.is_out |= self.strikes >= self.strikes_max;
        } else {
            self.is_out = true;
        }
        let fault = Fault {
            seat: self.seat,
            kind: failure.kind,
            tick,
            message: head(failure.message, MESSAGE_BYTES_MAX),
            traceback: tail(failure.traceback, TRACEBACK_BYTES_MAX),
        };
        self.list(fault.clone());
        fault
    }

    /// Lists a fault: whole if it is the first or the last, otherwise in short, because a bot that
    /// fails in every turn of every match must not fill the store.
    fn list(&mut self, fault: Fault) {
        self.faults.truncate(FAULTS_PER_SEAT_MAX - 1);
        if let [_, .., last] = self.faults.as_mut_slice() {
            last.traceback.clear();
            last.message.truncate(last.message.floor_char_boundary(SHORT_MESSAGE_BYTES_MAX));
        }
        self.faults.push(fault);
    }
}

/// The beginning of a text, at most `bytes_max` long.
fn head(text: &str, bytes_max: usize) -> String {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default().to_owned()
}

/// The end of a text, at most `bytes_max` long: the last lines of a traceback say most.
fn tail(text: &str, bytes_max: usize) -> String {
    text.get(text.ceil_char_boundary(text.len().saturating_sub(bytes_max))..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::FaultKind;

    const RAISED: Failure<'_> = Failure { kind: FaultKind::Exception, message: "m", traceback: "t" };

    #[test]
    fn strikes_cost_turns_until_they_are_used_up() {
        let mut bench = Bench::new(Seat::Zero, 3);
        bench.fault(1, &RAISED);
        bench.fault(2, &Failure { kind: FaultKind::BadReply, ..RAISED });
        assert!(!bench.is_out);
        bench.fault(9, &RAISED);
        assert!(bench.is_out);
    }

    #[test]
    fn faults_while_loading_and_of_other_kinds_are_final() {
        let mut bench = Bench::new(Seat::Zero, 3);
        bench.fault(0, &RAISED);
        assert!(bench.is_out);
        for kind in FaultKind::ALL.iter().filter(|kind| !kind.is_strike()) {
            let mut bench = Bench::new(Seat::Zero, 3);
            bench.fault(1, &Failure { kind: *kind, ..RAISED });
            assert!(bench.is_out, "{kind}");
        }
    }

    #[test]
    fn the_list_of_faults_is_bounded_and_keeps_the_last() {
        let mut bench = Bench::new(Seat::Zero, 1_000);
        (1..=100).for_each(|tick| drop(bench.fault(tick, &RAISED)));
        assert_eq!(bench.faults.len(), FAULTS_PER_SEAT_MAX);
        assert_eq!(bench.faults.first().map(|fault| fault.tick), Some(1));
        assert_eq!(bench.faults.last().map(|fault| fault.tick), Some(100));
    }

    #[test]
    fn only_the_first_and_the_last_fault_are_listed_at_length() {
        let text = "x".repeat(100_000);
        let long = Failure { message: &text, traceback: &text, ..RAISED };
        let mut bench = Bench::new(Seat::Zero, 1_000);
        (1..=100).for_each(|tick| drop(bench.fault(tick, &long)));
        let listed: Vec<usize> =
            bench.faults.iter().map(|fault| fault.message.len() + fault.traceback.len()).collect();
        let (short, whole) = (SHORT_MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX + TRACEBACK_BYTES_MAX);
        assert_eq!((listed[0], listed[1], listed[14], listed[15]), (whole, short, short, whole));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = "é".repeat(100_000);
        let long = Failure { message: &text, traceback: &text, ..RAISED };
        let fault = Bench::new(Seat::Zero, 1).fault(1, &long);
        assert_eq!(fault.message.len(), MESSAGE_BYTES_MAX);
        assert_eq!(fault.traceback.len(), TRACEBACK_BYTES_MAX);
        assert_eq!(head("aé", 2), "a");
        assert_eq!(tail("éa", 2), "a");
    }
}
