//! Reads the line of a tick. What is not as [`super::write_tick`] writes it is refused by whoever
//! compares the two, so nothing here has to be stricter than what it makes of a line.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use terms::{BySeat, Digest, FaultKind};

use crate::{Blob, FaultNote, Form, Turn, Used};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TickLine<'a> {
    tick: u32,
    #[serde(borrow)]
    turns: [TurnLine<'a>; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TurnLine<'a> {
    #[serde(borrow)]
    observation: Option<&'a RawValue>,
    observation_text: Option<String>,
    observation_base64: Option<String>,
    observation_elided: Option<Elided>,
    #[serde(borrow)]
    reply: Option<&'a RawValue>,
    reply_text: Option<String>,
    reply_base64: Option<String>,
    reply_elided: Option<Elided>,
    #[serde(default)]
    faults: Vec<FaultLine>,
    fuel: Option<u64>,
    memory_peak_bytes: Option<u64>,
    log: Option<String>,
    log_base64: Option<String>,
    log_elided: Option<Elided>,
    log_dropped_bytes: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultLine {
    kind: String,
    message: Option<String>,
    message_base64: Option<String>,
    message_elided: Option<Elided>,
    traceback: Option<String>,
    traceback_base64: Option<String>,
    traceback_elided: Option<Elided>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elided {
    bytes: u64,
    blake3: String,
}

/// The tick of a line and its turns.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read_tick(line: &str) -> Result<(u32, BySeat<Turn>), String> {
    let TickLine { tick, turns: [zero, one] } =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    Ok((tick, BySeat([read_turn(zero)?, read_turn(one)?])))
}

fn read_turn(line: TurnLine<'_>) -> Result<Turn, String> {
    let said = [line.observation_text, line.observation_base64];
    let observation = blob(line.observation, said, line.observation_elided)?;
    let reply = blob(line.reply, [line.reply_text, line.reply_base64], line.reply_elided)?;
    let log = blob(None, [line.log, line.log_base64], line.log_elided)?;
    let faults = line.faults.into_iter().map(read_fault).collect::<Result<_, _>>()?;
    let used = match (line.fuel, line.memory_peak_bytes) {
        (Some(fuel), Some(memory_peak_bytes)) => {
            let log_dropped_bytes = line.log_dropped_bytes.unwrap_or(0);
            Some(Used { fuel, memory_peak_bytes, log, log_dropped_bytes })
        }
        _ => None,
    };
    Ok(Turn { observation, reply, faults, used })
}

fn read_fault(line: FaultLine) -> Result<FaultNote, String> {
    let kind: FaultKind = line.kind.parse().map_err(|unknown| format!("{unknown}"))?;
    let message = blob(None, [line.message, line.message_base64], line.message_elided)?;
    let traceback = blob(None, [line.traceback, line.traceback_base64], line.traceback_elided)?;
    let missing = || "a fault has no message or no traceback".to_owned();
    Ok(FaultNote { kind, message: message.ok_or_else(missing)?, traceback: traceback.ok_or_else(missing)? })
}

/// What was said, from whichever of its keys is there.
fn blob(
    json: Option<&RawValue>,
    [text, base64]: [Option<String>; 2],
    elided: Option<Elided>,
) -> Result<Option<Blob>, String> {
    if let Some(json) = json {
        return Ok(Some(Blob::kept(Form::Json(json.get()))));
    }
    if let Some(text) = text {
        return Ok(Some(Blob::kept(Form::Text(&text))));
    }
    if let Some(base64) = base64 {
        let bytes = STANDARD.decode(base64).map_err(|error| error.to_string())?;
        return Ok(Some(Blob::kept(Form::Binary(&bytes))));
    }
    let Some(Elided { bytes, blake3 }) = elided else { return Ok(None) };
    let digest: Digest = blake3.parse().map_err(|error| format!("{error}"))?;
    Ok(Some(Blob::elided(bytes, digest)))
}
