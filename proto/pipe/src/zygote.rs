//! The conversation between a worker and its zygote: request, answer, nothing unasked but the
//! first frame.
//!
//! A fork request carries one descriptor, the child's end of a socket pair; its answer carries the
//! child's pidfd. Only the zygote, being the parent, can collect a dead child, so the worker asks
//! for that once the pidfd says that the child is gone.

use crate::fields::{Malformed, Reader, Writer};
use crate::{FRAME_BYTES_MAX, WIRE_VERSION};

/// Most layers that a zygote can report.
pub const LAYERS_MAX: usize = 64;

/// One layer of the sandbox, as it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name in reports and metrics.
    pub name: String,
    /// Whether it is on.
    pub enabled: bool,
    /// Where it is off, why; otherwise what it does.
    pub detail: String,
}

/// What the worker asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToZygote {
    /// Fork a child that serves the descriptor sent along, on that core if one is given.
    Fork {
        /// The core to pin the child to.
        core: Option<u16>,
    },
    /// Collect the exit status of a child that has ended.
    Reap {
        /// The child, by the process id that [`FromZygote::Forked`] gave.
        pid: u32,
    },
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with that code.
    Exited(u8),
    /// By that signal.
    Signalled(u8),
    /// Not at all: it still runs.
    Running,
    /// It is no child of this zygote.
    Unknown,
}

/// What a zygote says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromZygote {
    /// The first frame: the interpreter is warm, and a child has proven that it can be sealed.
    Ready {
        /// The version of wasmtime it was built with.
        wasmtime: String,
        /// `terms::runtime::ENGINE_REVISION` it was built with.
        engine: u32,
        /// The layers, in the order in which they are put on.
        layers: Vec<Layer>,
    },
    /// A child runs; its pidfd comes along.
    Forked {
        /// Its process id.
        pid: u32,
    },
    /// The answer to a reap request.
    Reaped(Ended),
    /// The request failed, or, as the first frame, the zygote cannot start.
    Failed(String),
}

const FORK: u8 = 0x11;
const REAP: u8 = 0x12;
const READY: u8 = 0x91;
const FORKED: u8 = 0x92;
const REAPED: u8 = 0x93;
const FAILED: u8 = 0x94;

impl ToZygote {
    /// Writes the frame into `buffer`, replacing what was there.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        match *self {
            ToZygote::Fork { core } => {
                Writer::start(buffer, FORK).u8(core.is_some().into()).u16(core.unwrap_or(0));
            }
            ToZygote::Reap { pid } => {
                Writer::start(buffer, REAP).u32(pid);
            }
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// The bytes are no such frame.
    pub fn decode(frame: &[u8]) -> Result<ToZygote, Malformed> {
        let mut reader = Reader::new(frame);
        let message = match reader.u8()? {
            FORK => match (reader.u8()?, reader.u16()?) {
                (0, 0) => ToZygote::Fork { core: None },
                (1, core) => ToZygote::Fork { core: Some(core) },
                _ => return Err(Malformed),
            },
            REAP => ToZygote::Reap { pid: reader.u32()? },
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(message)
    }
}

impl FromZygote {
    /// Writes the frame into `buffer`, replacing what was there.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        match self {
            FromZygote::Ready { wasmtime, engine, layers } => {
                let mut writer = Writer::start(buffer, READY);
                writer.u8(WIRE_VERSION).bytes(wasmtime.as_bytes()).u32(*engine).u16(layers.len() as u16);
                for layer in layers {
                    let Layer { name, enabled, detail } = layer;
                    writer.bytes(name.as_bytes()).u8((*enabled).into()).bytes(detail.as_bytes());
                }
            }
            FromZygote::Forked { pid } => {
                Writer::start(buffer, FORKED).u32(*pid);
            }
            FromZygote::Reaped(ended) => {
                let (how, number) = match *ended {
                    Ended::Exited(code) => (0, code),
                    Ended::Signalled(signal) => (1, signal),
                    Ended::Running => (2, 0),
                    Ended::Unknown => (3, 0),
                };
                Writer::start(buffer, REAPED).u8(how).u8(number);
            }
            FromZygote::Failed(message) => {
                let message = message.get(..FRAME_BYTES_MAX / 2).unwrap_or(message);
                Writer::start(buffer, FAILED).bytes(message.as_bytes());
            }
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// The bytes are no such frame, or one of another [`WIRE_VERSION`].
    pub fn decode(frame: &[u8]) -> Result<FromZygote, Malformed> {
        let mut reader = Reader::new(frame);
        let message = match reader.u8()? {
            READY => read_ready(&mut reader)?,
            FORKED => FromZygote::Forked { pid: reader.u32()? },
            REAPED => FromZygote::Reaped(match (reader.u8()?, reader.u8()?) {
                (0, code) => Ended::Exited(code),
                (1, signal) => Ended::Signalled(signal),
                (2, 0) => Ended::Running,
                (3, 0) => Ended::Unknown,
                _ => return Err(Malformed),
            }),
            FAILED => FromZygote::Failed(reader.text()?.to_owned()),
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(message)
    }
}

fn read_ready(reader: &mut Reader<'_>) -> Result<FromZygote, Malformed> {
    if reader.u8()? != WIRE_VERSION {
        return Err(Malformed);
    }
    let wasmtime = reader.text()?.to_owned();
    let engine = reader.u32()?;
    let count = usize::from(reader.u16()?);
    if count > LAYERS_MAX {
        return Err(Malformed);
    }
    let mut layers = Vec::new();
    for _ in 0..count {
        let name = reader.text()?.to_owned();
        let enabled = match reader.u8()? {
            0 => false,
            1 => true,
            _ => return Err(Malformed),
        };
        layers.push(Layer { name, enabled, detail: reader.text()?.to_owned() });
    }
    Ok(FromZygote::Ready { wasmtime, engine, layers })
}
