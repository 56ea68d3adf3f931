//! Writes the line of a tick.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use terms::{BySeat, Seat};

use super::TICK_START;
use super::keys::{Keys, LOG, MESSAGE, OBSERVATION, REPLY, TRACEBACK};
use crate::{Blob, FaultNote, Form, Turn, Used};

/// Appends the line of a tick, with its end.
pub(crate) fn write_tick(out: &mut Vec<u8>, tick: u32, turns: &BySeat<Turn>) {
    push(out, TICK_START);
    push_number(out, tick.into());
    push(out, ",\"turns\":[");
    write_turn(out, &turns[Seat::Zero]);
    push(out, ",");
    write_turn(out, &turns[Seat::One]);
    push(out, "]}\n");
}

fn write_turn(out: &mut Vec<u8>, turn: &Turn) {
    push(out, "{");
    let begin = out.len();
    if let Some(observation) = &turn.observation {
        write_blob(out, &OBSERVATION, observation);
    }
    if let Some(reply) = &turn.reply {
        write_blob(out, &REPLY, reply);
    }
    write_faults(out, &turn.faults);
    if let Some(used) = &turn.used {
        write_used(out, used);
    }
    end_object(out, begin);
}

fn write_faults(out: &mut Vec<u8>, faults: &[FaultNote]) {
    if faults.is_empty() {
        return;
    }
    push(out, "\"faults\":[");
    for (nth, fault) in faults.iter().enumerate() {
        push(out, if nth == 0 { "{\"kind\":" } else { ",{\"kind\":" });
        push_text(out, fault.kind.name());
        push(out, ",");
        let begin = out.len();
        write_blob(out, &MESSAGE, &fault.message);
        write_blob(out, &TRACEBACK, &fault.traceback);
        end_object(out, begin);
    }
    push(out, "],");
}

fn write_used(out: &mut Vec<u8>, used: &Used) {
    push(out, "\"fuel\":");
    push_number(out, used.fuel);
    push(out, ",\"memory_peak_bytes\":");
    push_number(out, used.memory_peak_bytes);
    push(out, ",");
    if let Some(log) = &used.log {
        write_blob(out, &LOG, log);
    }
    if used.log_dropped_bytes > 0 {
        push(out, "\"log_dropped_bytes\":");
        push_number(out, used.log_dropped_bytes);
        push(out, ",");
    }
}

/// Every member ends with a comma; that of the last becomes the end of its object.
fn end_object(out: &mut Vec<u8>, begin: usize) {
    if out.len() > begin {
        out.pop();
    }
    push(out, "}");
}

fn write_blob(out: &mut Vec<u8>, keys: &Keys, blob: &Blob) {
    match blob.form() {
        Some(Form::Json(json)) => {
            push(out, keys.json);
            push(out, json);
        }
        Some(Form::Text(text)) => {
            push(out, keys.text);
            push_text(out, text);
        }
        Some(Form::Binary(bytes)) => {
            push(out, keys.base64);
            push_text(out, &STANDARD.encode(bytes));
        }
        None => {
            push(out, keys.elided);
            push(out, "{\"bytes\":");
            push_number(out, blob.len());
            push(out, ",\"blake3\":");
            push_text(out, &blob.digest().to_string());
            push(out, "}");
        }
    }
    push(out, ",");
}

fn push(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// Appends a number.
fn push_number(out: &mut Vec<u8>, number: u64) {
    // Writing into memory does not fail, and a number is always JSON.
    let _ = serde_json::to_writer(out, &number);
}

/// Appends text as a JSON string.
fn push_text(out: &mut Vec<u8>, text: &str) {
    // Writing into memory does not fail, and text is always JSON.
    let _ = serde_json::to_writer(out, text);
}
