//! Writes a record while the match is played.
//!
//! On the path of every turn: a copy, a BLAKE3 and a little JSON for what was said; everything else
//! waits for the end.

use terms::{BySeat, Digest, Fault, MatchSpec, Runtime, Seat, Verdict};

use crate::budget::Budget;
use crate::digests::Digests;
use crate::line::write_tick;
use crate::squeeze::squeeze;
use crate::{Cut, End, FaultNote, Form, Header, LINE_BYTES_MAX, RECORD_BYTES_MAX, Syntax, Turn, Used};

/// Room that is left for the last line, in bytes.
const END_BYTES_MAX: usize = 1 << 10;

/// What a load or a turn used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage<'a> {
    /// Fuel of this load or turn.
    pub fuel: u64,
    /// Largest linear memory so far, in bytes.
    pub memory_peak_bytes: u64,
    /// What was printed; not necessarily text.
    pub log: &'a [u8],
    /// Bytes of log dropped in this load or turn.
    pub log_dropped_bytes: u64,
}

/// A finished record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The record, compressed: what [`crate::read_record`] reads.
    pub record: Vec<u8>,
    /// The BLAKE3 of the record before it was compressed.
    pub address: Digest,
    /// The digest of the match.
    pub digest: Digest,
    /// The digest of its fuel.
    pub fuel_digest: Digest,
}

/// Writes down one match. Tick 0 is the load; a call for a later tick ends the one before it.
pub struct Recorder {
    tick: u32,
    turns: BySeat<Turn>,
    budget: Budget,
    digests: Digests,
    text: Vec<u8>,
    cut: Option<Cut>,
}

impl Recorder {
    /// The record of a match that is about to start. `spec.runtime` must be the fingerprint of
    /// `runtime`: a record that says otherwise is refused by whoever reads it.
    pub fn new(spec: &MatchSpec, runtime: &Runtime) -> Recorder {
        let mut text = Vec::with_capacity(64 << 10);
        Header { spec: spec.clone(), runtime: runtime.clone() }.write(&mut text);
        Recorder {
            tick: 0,
            turns: BySeat::default(),
            budget: Budget::new(),
            digests: Digests::new(spec),
            text,
            cut: None,
        }
    }

    /// A bot was asked. What a game shows is JSON.
    pub fn observation(&mut self, seat: Seat, tick: u32, observation: &[u8]) {
        let form = Form::of(observation, Syntax::Json);
        let blob = self.budget.observation(seat, form);
        self.turn(seat, tick).observation = Some(blob);
    }

    /// A bot answered. Nobody parses the reply again: whether it is JSON is what the caller says.
    pub fn reply(&mut self, seat: Seat, tick: u32, reply: &[u8], syntax: Syntax) {
        let blob = self.budget.said(seat, Form::of(reply, syntax));
        self.turn(seat, tick).reply = Some(blob);
    }

    /// A bot failed.
    pub fn fault(&mut self, fault: &Fault) {
        let Fault { seat, kind, tick, message, traceback } = fault;
        let message = self.budget.said(*seat, Form::Text(message));
        let traceback = self.budget.said(*seat, Form::Text(traceback));
        self.turn(*seat, *tick).faults.push(FaultNote { kind: *kind, message, traceback });
    }

    /// A load, with tick 0, or a turn used that much.
    pub fn used(&mut self, seat: Seat, tick: u32, usage: &Usage<'_>) {
        let Usage { fuel, memory_peak_bytes, log, log_dropped_bytes } = *usage;
        let form = Form::of(log, Syntax::Unknown);
        let log = (!log.is_empty()).then(|| self.budget.said(seat, form));
        self.turn(seat, tick).used = Some(Used { fuel, memory_peak_bytes, log, log_dropped_bytes });
    }

    /// The match is over after that many ticks.
    pub fn finish(mut self, verdict: &Verdict, ticks: u32) -> Recorded {
        self.advance(ticks);
        self.end_tick();
        let (digest, fuel_digest) = self.digests.finish(verdict, ticks);
        End { verdict: *verdict, ticks, digest, fuel_digest, cut: self.cut }.write(&mut self.text);
        Recorded { address: Digest::of(&self.text), record: squeeze(&self.text), digest, fuel_digest }
    }

    fn turn(&mut self, seat: Seat, tick: u32) -> &mut Turn {
        self.advance(tick);
        &mut self.turns[seat]
    }

    /// Ends every tick before that one.
    fn advance(&mut self, tick: u32) {
        while self.tick < tick {
            self.end_tick();
            self.tick += 1;
        }
    }

    /// Appends the line of this tick, unless the record is full, and in any case its digests.
    fn end_tick(&mut self) {
        let turns = std::mem::take(&mut self.turns);
        if self.cut.is_none() {
            let begin = self.text.len();
            write_tick(&mut self.text, self.tick, &turns);
            let is_long = self.text.len() - begin > LINE_BYTES_MAX;
            if is_long || self.text.len() > RECORD_BYTES_MAX - END_BYTES_MAX {
                self.text.truncate(begin);
                self.cut_before(self.tick);
            }
        }
        self.digests.add(self.tick, &turns);
    }

    fn cut_before(&mut self, tick: u32) {
        let (digest, fuel_digest) = self.digests.so_far();
        self.cut = Some(Cut { before_tick: tick, digest, fuel_digest });
    }
}
