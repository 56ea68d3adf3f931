//! What a bot may use. Part of every match's id: another limit is another match.

use crate::Digester;

/// The limits of a tournament. Building one by [`Limits::check`] is the only check there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest source of a bot, unpacked, in bytes.
    pub source_bytes: u32,
    /// Most files of a bot.
    pub source_files: u32,
    /// Fuel for loading, in wasmtime's units.
    pub load_fuel: u64,
    /// Fuel for one turn, in wasmtime's units; what is left is not banked.
    pub turn_fuel: u64,
    /// Linear memory, in bytes.
    pub memory_bytes: u64,
    /// Stack of the WebAssembly code, in bytes.
    pub stack_bytes: u32,
    /// Largest reply of a turn, in bytes.
    pub reply_bytes: u32,
    /// Log kept per bot and match, in bytes; the rest is dropped and counted.
    pub log_bytes: u32,
    /// Exceptions and bad replies after which a bot forfeits.
    pub strikes: u32,
    /// Ticks of a match.
    pub ticks: u32,
    /// Wall clock of one turn, in milliseconds. A safety net: void, never a loss.
    pub turn_wall_ms: u32,
    /// Wall clock of a load, in milliseconds. A safety net: void, never a loss.
    pub load_wall_ms: u32,
}

/// The largest reply limit, in bytes: a reply and a log travel in one frame.
pub const REPLY_BYTES_MAX: u64 = 64 << 10;
/// The largest log limit, in bytes.
pub const LOG_BYTES_MAX: u64 = 64 << 10;

/// What holds when nobody says otherwise.
pub const DEFAULTS: Limits = Limits {
    source_bytes: 1 << 20,
    source_files: 64,
    load_fuel: 2_000_000_000,
    turn_fuel: 50_000_000,
    memory_bytes: 64 << 20,
    stack_bytes: 2 << 20,
    reply_bytes: 64 << 10,
    log_bytes: 64 << 10,
    strikes: 10,
    ticks: 1_000,
    turn_wall_ms: 2_000,
    load_wall_ms: 10_000,
};

/// One limit as a row of a table: its name everywhere (flags, keys, JSON), its unit and its bounds.
#[derive(Clone, Copy, Debug)]
pub struct LimitRow {
    /// The name in JSON and `arena.toml`; with dashes, the flag.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: &'static str,
    /// The smallest value that makes sense.
    pub min: u64,
    /// The largest value that the protocol and the machine allow.
    pub max: u64,
    /// Reads it.
    pub get: fn(&Limits) -> u64,
    /// Writes it; the value is within the bounds.
    set: fn(&mut Limits, u64),
}

/// Every limit. The order is part of [`Limits::add_to`] and so of every match id.
pub const ROWS: [LimitRow; 12] = [
    LimitRow {
        name: "source_bytes",
        unit: "bytes",
        min: 1,
        max: 8 << 20,
        get: |l| l.source_bytes.into(),
        set: |l, v| l.source_bytes = v as u32,
    },
    LimitRow {
        name: "source_files",
        unit: "files",
        min: 1,
        max: 1_024,
        get: |l| l.source_files.into(),
        set: |l, v| l.source_files = v as u32,
    },
    LimitRow {
        name: "load_fuel",
        unit: "fuel",
        min: 1,
        max: 1 << 44,
        get: |l| l.load_fuel,
        set: |l, v| l.load_fuel = v,
    },
    LimitRow {
        name: "turn_fuel",
        unit: "fuel",
        min: 1,
        max: 1 << 44,
        get: |l| l.turn_fuel,
        set: |l, v| l.turn_fuel = v,
    },
    LimitRow {
        name: "memory_bytes",
        unit: "bytes",
        min: 32 << 20,
        max: 2 << 30,
        get: |l| l.memory_bytes,
        set: |l, v| l.memory_bytes = v,
    },
    LimitRow {
        name: "stack_bytes",
        unit: "bytes",
        min: 256 << 10,
        max: 4 << 20,
        get: |l| l.stack_bytes.into(),
        set: |l, v| l.stack_bytes = v as u32,
    },
    LimitRow {
        name: "reply_bytes",
        unit: "bytes",
        min: 64,
        max: REPLY_BYTES_MAX,
        get: |l| l.reply_bytes.into(),
        set: |l, v| l.reply_bytes = v as u32,
    },
    LimitRow {
        name: "log_bytes",
        unit: "bytes",
        min: 0,
        max: LOG_BYTES_MAX,
        get: |l| l.log_bytes.into(),
        set: |l, v| l.log_bytes = v as u32,
    },
    LimitRow {
        name: "strikes",
        unit: "faults",
        min: 1,
        max: 1_000,
        get: |l| l.strikes.into(),
        set: |l, v| l.strikes = v as u32,
    },
    LimitRow {
        name: "ticks",
        unit: "ticks",
        min: 1,
        max: 1_000_000,
        get: |l| l.ticks.into(),
        set: |l, v| l.ticks = v as u32,
    },
    LimitRow {
        name: "turn_wall_ms",
        unit: "milliseconds",
        min: 10,
        max: 3_600_000,
        get: |l| l.turn_wall_ms.into(),
        set: |l, v| l.turn_wall_ms = v as u32,
    },
    LimitRow {
        name: "load_wall_ms",
        unit: "milliseconds",
        min: 10,
        max: 3_600_000,
        get: |l| l.load_wall_ms.into(),
        set: |l, v| l.load_wall_ms = v as u32,
    },
];

/// A limit outside its bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limits.{name} is {value} {unit}, but must be from {min} to {max}")]
pub struct BadLimit {
    /// The limit's name.
    pub name: &'static str,
    /// What was asked for.
    pub value: u64,
    /// Its unit.
    pub unit: &'static str,
    /// The least that is allowed.
    pub min: u64,
    /// The most that is allowed.
    pub max: u64,
}

impl LimitRow {
    /// The limit of that name.
    pub fn named(name: &str) -> Option<&'static LimitRow> {
        ROWS.iter().find(|row| row.name == name)
    }

    fn check(&self, value: u64) -> Result<(), BadLimit> {
        let LimitRow { name, unit, min, max, .. } = *self;
        if (min..=max).contains(&value) { Ok(()) } else { Err(BadLimit { name, value, unit, min, max }) }
    }
}

impl Limits {
    /// The same limits, if each is within its bounds.
    ///
    /// # Errors
    /// The first limit that is not.
    pub fn check(self) -> Result<Limits, BadLimit> {
        for row in &ROWS {
            row.check((row.get)(&self))?;
        }
        Ok(self)
    }

    /// The same limits but for that one.
    ///
    /// # Errors
    /// The value is out of its bounds.
    pub fn with(mut self, row: &LimitRow, value: u64) -> Result<Limits, BadLimit> {
        row.check(value)?;
        // Every bound of a 32-bit limit fits into 32 bits, so nothing is cut.
        (row.set)(&mut self, value);
        Ok(self)
    }

    /// Adds every limit that an outcome depends on to a digest. The two wall-clock limits are a
    /// safety net that never decides a match, and the source limits are judged before there is a
    /// match, but all of them are settings that an organiser must be able to defend.
    pub fn add_to(&self, digester: &mut Digester) {
        for row in &ROWS {
            digester.number((row.get)(self));
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        DEFAULTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(DEFAULTS.check(), Ok(DEFAULTS));
    }

    #[test]
    fn a_limit_out_of_bounds_names_itself_its_value_and_the_rule() {
        let refused = Limits { memory_bytes: 5, ..DEFAULTS }.check().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "limits.memory_bytes is 5 bytes, but must be from 33554432 to 2147483648"
        );
    }

    #[test]
    fn every_limit_can_be_set_by_its_name_and_within_its_bounds() {
        for row in &ROWS {
            for value in [row.min, row.max] {
                let set = DEFAULTS.with(LimitRow::named(row.name).unwrap(), value).unwrap();
                assert_eq!((row.get)(&set), value, "{}", row.name);
            }
            assert!(DEFAULTS.with(row, row.max + 1).is_err(), "{}", row.name);
        }
        assert!(LimitRow::named("speed").is_none());
    }

    #[test]
    fn every_limit_changes_the_digest() {
        let digest = |limits: Limits| {
            let mut digester = Digester::new("t");
            limits.add_to(&mut digester);
            digester.finish()
        };
        let changed = [
            Limits { source_bytes: 2, ..DEFAULTS },
            Limits { source_files: 2, ..DEFAULTS },
            Limits { load_fuel: 2, ..DEFAULTS },
            Limits { turn_fuel: 2, ..DEFAULTS },
            Limits { memory_bytes: 2, ..DEFAULTS },
            Limits { stack_bytes: 2, ..DEFAULTS },
            Limits { reply_bytes: 2, ..DEFAULTS },
            Limits { log_bytes: 2, ..DEFAULTS },
            Limits { strikes: 2, ..DEFAULTS },
            Limits { ticks: 2, ..DEFAULTS },
            Limits { turn_wall_ms: 2, ..DEFAULTS },
            Limits { load_wall_ms: 2, ..DEFAULTS },
        ];
        assert_eq!(changed.len(), ROWS.len());
        for limits in changed {
            assert_ne!(digest(limits), digest(DEFAULTS), "{limits:?}");
        }
    }
}
