//! Results as lines of JSON that another store, of this version or a later one, can take in.

use rpc::{LAYERS_MAX, NAME_BYTES_MAX};
use serde::{Deserialize, Serialize};
use terms::printable::clean;
use terms::{Attempt, BySeat, Digest, MatchId, Seed};

use super::StoredResult;
use super::row::{read_outcome, write_detail};

/// One result, with the setting it belongs to.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    setting: String,
    r#match: String,
    seed: u64,
    bots: [String; 2],
    ticks: u32,
    digest: String,
    outcome: serde_json::Value,
    worker: String,
    layers: Vec<String>,
    attempt: u32,
    wall_micros: u64,
    recorded_at_ms: i64,
}

/// A result as a line, without its end; nothing if it is void.
pub fn to_line(setting: Digest, result: &StoredResult) -> Option<String> {
    let outcome = &result.outcome;
    let line = Line {
        setting: setting.to_string(),
        r#match: result.id.to_string(),
        seed: result.seed.0,
        bots: result.bots.map(|bot| bot.to_string()).0,
        ticks: outcome.ticks,
        digest: outcome.digest.to_string(),
        outcome: serde_json::from_str(&write_detail(outcome)?).ok()?,
        worker: result.worker.clone(),
        layers: result.layers.clone(),
        attempt: result.attempt.0,
        wall_micros: result.wall_micros,
        recorded_at_ms: result.recorded_at_ms,
    };
    serde_json::to_string(&line).ok()
}

/// The setting and the result of such a line, or what is wrong with it.
///
/// # Errors
/// It is no such line.
pub fn from_line(line: &str) -> Result<(Digest, StoredResult), String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let digest = |what: &str, text: &str| text.parse::<Digest>().map_err(|error| format!("{what}: {error}"));
    let outcome = read_outcome(&line.outcome.to_string(), line.ticks, digest("digest", &line.digest)?);
    let [zero, one] = &line.bots;
    // SQL has no unsigned numbers.
    let is_storable = [line.seed, line.wall_micros].iter().all(|number| i64::try_from(*number).is_ok());
    if line.layers.len() > LAYERS_MAX {
        return Err(format!("there are {} layers", line.layers.len()));
    }
    if !is_storable || line.attempt == 0 {
        return Err("seed, wall_micros or attempt is out of range".to_owned());
    }
    let result = StoredResult {
        id: MatchId(digest("match", &line.r#match)?),
        seed: Seed(line.seed),
        bots: BySeat([digest("bots", zero)?, digest("bots", one)?]),
        outcome: outcome.map_err(str::to_owned)?,
        record: Vec::new(),
        worker: worker_name(&line.worker)?,
        layers: line.layers.iter().map(|layer| layer_name(layer)).collect::<Result<_, _>>()?,
        attempt: Attempt(line.attempt),
        wall_micros: line.wall_micros,
        recorded_at_ms: line.recorded_at_ms,
    };
    Ok((digest("setting", &line.setting)?, result))
}

/// The name of a worker as a worker itself may give it, harmless to a terminal.
///
/// # Errors
/// It is too long.
pub fn worker_name(name: &str) -> Result<String, String> {
    if name.len() > NAME_BYTES_MAX {
        return Err(format!("the name of a worker has {} bytes", name.len()));
    }
    Ok(clean(name))
}

fn layer_name(name: &str) -> Result<String, String> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.chars().all(is_fine) {
        return Err("a layer has no name that layers have".to_owned());
    }
    Ok(name.to_owned())
}
