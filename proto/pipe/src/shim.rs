//! The conversation between a worker and a sealed child, over the child's only descriptor.
//!
//! The worker sends one [`ToShim::Load`] and the bundle in chunks, and gets [`FromShim::Loaded`]
//! or a fault; then one [`ToShim::Turn`] at a time, each answered by a reply or a fault.
//! [`ToShim::Prepare`] before the load spares it compiling. A child that gets [`ToShim::Compile`] and a
//! bundle instead answers [`FromShim::Compiled`] or a fault, and ends.
//! A child that sent a fault other than `exception` or `bad_reply` has nothing more to say.

use terms::FaultKind;

use crate::fields::{Malformed, Reader, Writer};

/// What a child is to load, and within which limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// The seed of the bot's randomness.
    pub seed: u64,
    /// Fuel for loading.
    pub load_fuel: u64,
    /// Fuel for each turn.
    pub turn_fuel: u64,
    /// Linear memory, in bytes.
    pub memory_bytes: u64,
    /// Largest reply, in bytes.
    pub reply_bytes: u32,
    /// Log kept over the whole match, in bytes.
    pub log_bytes: u32,
    /// Length of the bundle that follows in chunks, in bytes.
    pub bundle_bytes: u32,
}

/// A bot's bytecode, as another child made it of the same source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytecode<'a> {
    /// Fuel that compiling took: part of what loading takes.
    pub fuel: u64,
    /// At most [`crate::CODE_BYTES_MAX`]; not to be trusted more than the bot's source.
    pub code: &'a [u8],
}

/// What the worker says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToShim<'a> {
    /// Load a bot under a policy, as `terms::Policy::lines` writes it; `bundle_bytes` of
    /// [`ToShim::Chunk`] follow.
    Load(Load, &'a str),
    /// Compile a bot within the limits of a load, and run nothing of it; `bundle_bytes` of
    /// [`ToShim::Chunk`] follow. Nothing comes after that.
    Compile(Load),
    /// What came of compiling the bot that is loaded next.
    Prepare(Bytecode<'a>),
    /// The next part of the bundle.
    Chunk(&'a [u8]),
    /// One observation, as JSON text.
    Turn(&'a str),
}

/// What one load or turn used, and what the bot printed meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage<'a> {
    /// Fuel of this load or turn.
    pub fuel: u64,
    /// Largest linear memory so far, in bytes.
    pub memory_peak_bytes: u64,
    /// What was printed, as far as it fits the limit; not necessarily text.
    pub log: &'a [u8],
    /// Bytes of log dropped in this load or turn.
    pub log_dropped_bytes: u64,
}

/// Why a load or a turn failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure<'a> {
    /// What kind.
    pub kind: FaultKind,
    /// One sentence.
    pub message: &'a str,
    /// The bot's own traceback; may be empty.
    pub traceback: &'a str,
}

/// What a sealed child says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromShim<'a> {
    /// The bot is ready.
    Loaded(Usage<'a>),
    /// The bot's bytecode.
    Compiled(Usage<'a>, &'a [u8]),
    /// The bot's answer to an observation, as it was returned by the guest.
    Reply(Usage<'a>, &'a [u8]),
    /// The bot failed.
    Fault(Usage<'a>, Failure<'a>),
    /// The shim itself failed: the match is void. The child exits after this.
    Broken(&'a str),
}

const LOAD: u8 = 0x01;
const CHUNK: u8 = 0x02;
const TURN: u8 = 0x03;
const COMPILE: u8 = 0x04;
const PREPARE: u8 = 0x05;
const LOADED: u8 = 0x81;
const REPLY: u8 = 0x82;
const FAULT: u8 = 0x83;
const BROKEN: u8 = 0x84;
const COMPILED: u8 = 0x85;

impl<'a> ToShim<'a> {
    /// Writes the frame into `buffer`, replacing what was there.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        match *self {
            ToShim::Load(load, policy) => {
                let mut writer = Writer::start(buffer, LOAD);
                load.write(&mut writer);
                writer.bytes(policy.as_bytes());
            }
            ToShim::Compile(load) => load.write(&mut Writer::start(buffer, COMPILE)),
            ToShim::Prepare(Bytecode { fuel, code }) => {
                Writer::start(buffer, PREPARE).u64(fuel).bytes(code);
            }
            ToShim::Chunk(part) => {
                Writer::start(buffer, CHUNK).bytes(part);
            }
            ToShim::Turn(observation) => {
                Writer::start(buffer, TURN).bytes(observation.as_bytes());
            }
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// The bytes are no such frame.
    pub fn decode(frame: &'a [u8]) -> Result<ToShim<'a>, Malformed> {
        let mut reader = Reader::new(frame);
        let message = match reader.u8()? {
            LOAD => ToShim::Load(Load::read(&mut reader)?, reader.text()?),
            COMPILE => ToShim::Compile(Load::read(&mut reader)?),
            PREPARE => ToShim::Prepare(Bytecode { fuel: reader.u64()?, code: reader.bytes()? }),
            CHUNK => ToShim::Chunk(reader.bytes()?),
            TURN => ToShim::Turn(reader.text()?),
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(message)
    }
}

impl Load {
    fn write(&self, writer: &mut Writer<'_>) {
        writer
            .u64(self.seed)
            .u64(self.load_fuel)
            .u64(self.turn_fuel)
            .u64(self.memory_bytes)
            .u32(self.reply_bytes)
            .u32(self.log_bytes)
            .u32(self.bundle_bytes);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Load, Malformed> {
        Ok(Load {
            seed: reader.u64()?,
            load_fuel: reader.u64()?,
            turn_fuel: reader.u64()?,
            memory_bytes: reader.u64()?,
            reply_bytes: reader.u32()?,
            log_bytes: reader.u32()?,
            bundle_bytes: reader.u32()?,
        })
    }
}

impl<'a> FromShim<'a> {
    /// Writes the frame into `buffer`, replacing what was there.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        match self {
            FromShim::Loaded(usage) => usage.write(&mut Writer::start(buffer, LOADED)),
            FromShim::Compiled(usage, code) => {
                let mut writer = Writer::start(buffer, COMPILED);
                usage.write(&mut writer);
                writer.bytes(code);
            }
            FromShim::Reply(usage, reply) => {
                let mut writer = Writer::start(buffer, REPLY);
                usage.write(&mut writer);
                writer.bytes(reply);
            }
            FromShim::Fault(usage, failure) => {
                let mut writer = Writer::start(buffer, FAULT);
                usage.write(&mut writer);
                writer
                    .u8(failure.kind.code())
                    .bytes(failure.message.as_bytes())
                    .bytes(failure.traceback.as_bytes());
            }
            FromShim::Broken(message) => {
                Writer::start(buffer, BROKEN).bytes(message.as_bytes());
            }
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// The bytes are no such frame.
    pub fn decode(frame: &'a [u8]) -> Result<FromShim<'a>, Malformed> {
        let mut reader = Reader::new(frame);
        let message = match reader.u8()? {
            LOADED => FromShim::Loaded(Usage::read(&mut reader)?),
            COMPILED => FromShim::Compiled(Usage::read(&mut reader)?, reader.bytes()?),
            REPLY => FromShim::Reply(Usage::read(&mut reader)?, reader.bytes()?),
            FAULT => FromShim::Fault(
                Usage::read(&mut reader)?,
                Failure {
                    kind: FaultKind::from_code(reader.u8()?).ok_or(Malformed)?,
                    message: reader.text()?,
                    traceback: reader.text()?,
                },
            ),
            BROKEN => FromShim::Broken(reader.text()?),
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(message)
    }
}

impl<'a> Usage<'a> {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.u64(self.fuel).u64(self.memory_peak_bytes).bytes(self.log).u64(self.log_dropped_bytes);
    }

    fn read(reader: &mut Reader<'a>) -> Result<Usage<'a>, Malformed> {
        Ok(Usage {
            fuel: reader.u64()?,
            memory_peak_bytes: reader.u64()?,
            log: reader.bytes()?,
            log_dropped_bytes: reader.u64()?,
        })
    }
}
