//! What can happen in a simulated world, one step at a time, and where storms of it come from.

use std::fmt;

/// Workers that a world has room for.
pub(super) const WORKERS: u8 = 7;

/// One thing that happens. Steps that make no sense when it is their turn do nothing, so that any
/// part of a script is a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many milliseconds pass.
    Pass(u16),
    /// The engine's clock ticks.
    Tick,
    /// A worker starts, or starts again after its end.
    Join { who: u8, slots: u8 },
    /// It begins what it can, each match moves, and so many that are at their end are finished.
    Play { who: u8, ends: u8 },
    /// Its first match comes to nothing.
    Break { who: u8 },
    /// Its matches do not move any more, or do again.
    Hang { who: u8 },
    /// It calls and hears the answer, whenever that comes.
    Call { who: u8 },
    /// It calls and does not hear the answer.
    CallInVain { who: u8 },
    /// Its last call arrives once more.
    Repeat { who: u8 },
    /// It prepares anew: holds nothing but what it plays, and calls.
    Prepare { who: u8 },
    /// It calls and claims to play what nobody gave it.
    Claim { who: u8, no: u8, attempt: u8 },
    /// It calls and brings a result that it has from somewhere.
    Bring { who: u8, no: u8, attempt: u8 },
    /// It gets SIGTERM.
    Leave { who: u8 },
    /// It is gone, and nobody is told.
    Die { who: u8 },
    /// It is gone, and the coordinator is told.
    Crash { who: u8 },
    /// So many writes become durable.
    Store(u8),
    /// The coordinator stands still for so many seconds.
    Stand(u8),
    /// The coordinator restarts; so many of the writes that were under way were durable.
    Restart(u8),
    /// The user asks to stop.
    Stop,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Pass(millis) => write!(f, "{millis} ms pass"),
            Step::Tick => write!(f, "tick"),
            Step::Join { who, slots } => write!(f, "w{who} joins with {slots} slots"),
            Step::Play { who, ends } => write!(f, "w{who} plays, {ends} end"),
            Step::Break { who } => write!(f, "w{who} has a void"),
            Step::Hang { who } => write!(f, "w{who} hangs, or does no more"),
            Step::Call { who } => write!(f, "w{who} calls"),
            Step::CallInVain { who } => write!(f, "w{who} calls and hears nothing"),
            Step::Repeat { who } => write!(f, "w{who}'s last call arrives again"),
            Step::Prepare { who } => write!(f, "w{who} prepares and calls"),
            Step::Claim { who, no, attempt } => write!(f, "w{who} calls and claims m{no}/{attempt}"),
            Step::Bring { who, no, attempt } => write!(f, "w{who} calls and brings m{no}/{attempt}"),
            Step::Leave { who } => write!(f, "w{who} leaves"),
            Step::Die { who } => write!(f, "w{who} dies"),
            Step::Crash { who } => write!(f, "w{who} crashes"),
            Step::Store(count) => write!(f, "{count} writes are durable"),
            Step::Stand(seconds) => write!(f, "the coordinator stands still for {seconds} s"),
            Step::Restart(durable) => write!(f, "the coordinator restarts, {durable} writes were durable"),
            Step::Stop => write!(f, "the user stops it"),
        }
    }
}

/// A small deterministic source of numbers (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The numbers of that seed.
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// A number from 0 to `sides` - 1.
    pub(super) fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn byte(&mut self, sides: u64) -> u8 {
        self.below(sides) as u8
    }
}

/// A storm of that many steps. `may_stop` says whether the user may lose patience.
pub(super) fn storm(dice: &mut Dice, count: usize, may_stop: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = (0..3).map(|who| Step::Join { who, slots: 1 + dice.byte(4) }).collect();
    steps.extend((0..count).map(|_| any(dice, may_stop)));
    steps
}

fn any(dice: &mut Dice, may_stop: bool) -> Step {
    let who = dice.byte(WORKERS.into());
    let (no, attempt) = (dice.byte(160), 1 + dice.byte(5));
    match dice.below(200) {
        0..70 => Step::Call { who },
        70..110 => Step::Play { who, ends: dice.byte(6) },
        110..130 => Step::Store(1 + dice.byte(6)),
        130..145 => Step::Pass(dice.below(3_000) as u16),
        145..155 => Step::Tick,
        155..162 => Step::Join { who, slots: 1 + dice.byte(4) },
        162..167 => Step::Break { who },
        167..171 => Step::CallInVain { who },
        171..175 => Step::Repeat { who },
        175..178 => Step::Prepare { who },
        178..182 => Step::Claim { who, no, attempt },
        182..186 => Step::Bring { who, no, attempt },
        186..188 => Step::Hang { who },
        188..190 => Step::Leave { who },
        190..192 => Step::Die { who },
        192..195 => Step::Crash { who },
        195 => Step::Stand(dice.byte(90)),
        196 if dice.below(3) == 0 => Step::Restart(dice.byte(4)),
        197 => Step::Pass(40_000),
        198 if may_stop && dice.below(4) == 0 => Step::Stop,
        _ => Step::Call { who },
    }
}
