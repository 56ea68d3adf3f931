//! From amounts to limits that cannot be wrong.

use serde::Deserialize;
use terms::Limits;
use terms::limits::{BadLimit, DEFAULTS, ROWS};

use super::amount::parse_amount;
use super::flags::LimitFlags;

/// An amount in `arena.toml`: a number, or a text such as `"64MiB"`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number that is not negative, or a text such as \"64MiB\"")]
pub(super) enum Amount {
    Number(u64),
    Text(String),
}

impl LimitFlags {
    /// The limit of that name as it was given, if it was.
    pub(super) fn by_name(&mut self, name: &str) -> Option<&mut Option<u64>> {
        Some(match name {
            "source_bytes" => &mut self.source_bytes,
            "source_files" => &mut self.source_files,
            "load_fuel" => &mut self.load_fuel,
            "turn_fuel" => &mut self.turn_fuel,
            "memory_bytes" => &mut self.memory_bytes,
            "stack_bytes" => &mut self.stack_bytes,
            "reply_bytes" => &mut self.reply_bytes,
            "log_bytes" => &mut self.log_bytes,
            "strikes" => &mut self.strikes,
            "ticks" => &mut self.ticks,
            "turn_wall_ms" => &mut self.turn_wall_ms,
            "load_wall_ms" => &mut self.load_wall_ms,
            _ => return None,
        })
    }

    /// Takes over what `arena.toml` says of limits that were not given on the command line.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub(super) fn fill_from(
        &mut self,
        file: impl IntoIterator<Item = (String, Amount)>,
    ) -> Result<(), (String, String)> {
        for (name, amount) in file {
            let value = match amount {
                Amount::Number(number) => number,
                Amount::Text(text) => parse_amount(&text).map_err(|why| (name.clone(), why))?,
            };
            if let Some(slot) = self.by_name(&name) {
                slot.get_or_insert(value);
            }
        }
        Ok(())
    }

    /// The limits: what was given, and defaults for the rest.
    ///
    /// # Errors
    /// The first one out of its bounds.
    pub(super) fn resolve(mut self) -> Result<Limits, BadLimit> {
        for row in &ROWS {
            let given = self.by_name(row.name).and_then(|slot| *slot);
            if let Some(value) = given.filter(|value| !(row.min..=row.max).contains(value)) {
                let (name, unit, min, max) = (row.name, row.unit, row.min, row.max);
                return Err(BadLimit { name, value, unit, min, max });
            }
        }
        // Every bound of a 32-bit limit fits into 32 bits, so nothing is cut here.
        let small = |given: Option<u64>, default: u32| given.map_or(default, |value| value as u32);
        Limits {
            source_bytes: small(self.source_bytes, DEFAULTS.source_bytes),
            source_files: small(self.source_files, DEFAULTS.source_files),
            load_fuel: self.load_fuel.unwrap_or(DEFAULTS.load_fuel),
            turn_fuel: self.turn_fuel.unwrap_or(DEFAULTS.turn_fuel),
            memory_bytes: self.memory_bytes.unwrap_or(DEFAULTS.memory_bytes),
            stack_bytes: small(self.stack_bytes, DEFAULTS.stack_bytes),
            reply_bytes: small(self.reply_bytes, DEFAULTS.reply_bytes),
            log_bytes: small(self.log_bytes, DEFAULTS.log_bytes),
            strikes: small(self.strikes, DEFAULTS.strikes),
            ticks: small(self.ticks, DEFAULTS.ticks),
            turn_wall_ms: small(self.turn_wall_ms, DEFAULTS.turn_wall_ms),
            load_wall_ms: small(self.load_wall_ms, DEFAULTS.load_wall_ms),
        }
        .check()
    }
}
