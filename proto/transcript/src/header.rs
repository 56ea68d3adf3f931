//! The first line of a record: everything that the match depends on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use terms::{BySeat, Digest, GameId, Limits, MatchSpec, Policy, Runtime, Seed};

use crate::{BadTranscript, VERSION};

/// Longest first line, in bytes: most of it is a policy of the largest size.
const LINE_BYTES_MAX: usize = 128 << 10;
/// Longest name of a game, a version or an architecture, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// Everything that a match depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The match.
    pub spec: MatchSpec,
    /// What the fingerprint in `spec` is made of.
    pub runtime: Runtime,
}

/// All that is read of a line before its version is known.
#[derive(Deserialize)]
struct Version {
    arena_transcript: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    arena_transcript: u32,
    #[serde(rename = "match")]
    id: String,
    game: GameLine,
    seed: u64,
    bots: [String; 2],
    limits: LimitsLine,
    policy: PolicyLine,
    runtime: RuntimeLine,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GameLine {
    name: String,
    version: u32,
    config: String,
}

/// In the order of `terms::limits::ROWS`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsLine {
    source_bytes: u32,
    source_files: u32,
    load_fuel: u64,
    turn_fuel: u64,
    memory_bytes: u64,
    stack_bytes: u32,
    reply_bytes: u32,
    log_bytes: u32,
    strikes: u32,
    ticks: u32,
    turn_wall_ms: u32,
    load_wall_ms: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyLine {
    allowed_imports: Option<BTreeSet<String>>,
    blocked_imports: BTreeSet<String>,
    blocked_calls: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuntimeLine {
    fingerprint: String,
    python_wasm: String,
    wasmtime: String,
    engine: u32,
    referee: u32,
    target: String,
}

impl Header {
    /// Appends the line, with its end.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        // Writing into memory does not fail, and every field is JSON.
        let _ = serde_json::to_writer(&mut *out, &Line::of(self));
        out.push(b'\n');
    }

    /// The header of a line.
    ///
    /// # Errors
    /// It is none, of another version, or contradicts itself.
    pub(crate) fn read(line: &str) -> Result<Header, BadTranscript> {
        if line.len() > LINE_BYTES_MAX {
            return Err(BadTranscript::line(1, "it is too long"));
        }
        match serde_json::from_str::<Version>(line) {
            Ok(Version { arena_transcript: VERSION }) => {}
            Ok(Version { arena_transcript: 0 }) | Err(_) => return Err(BadTranscript::Foreign),
            Ok(Version { arena_transcript }) => return Err(BadTranscript::Newer(arena_transcript)),
        }
        let read = serde_json::from_str::<Line>(line).map_err(|error| error.to_string());
        let (header, line) =
            read.and_then(|line| Ok((line.header()?, line))).map_err(|why| BadTranscript::line(1, &why))?;
        if line.runtime.fingerprint != header.spec.runtime.to_string() {
            return Err(BadTranscript::WrongDigest("runtime fingerprint"));
        }
        if line.id != header.spec.id().to_string() {
            return Err(BadTranscript::WrongDigest("match id"));
        }
        Ok(header)
    }
}

impl Line {
    fn of(Header { spec, runtime }: &Header) -> Line {
        let GameId { name, version, config } = &spec.game;
        Line {
            arena_transcript: VERSION,
            id: spec.id().to_string(),
            game: GameLine { name: name.clone(), version: *version, config: config.to_string() },
            seed: spec.seed.0,
            bots: spec.bots.map(|bot| bot.to_string()).0,
            limits: LimitsLine::of(&spec.limits),
            policy: PolicyLine::of(&spec.policy),
            runtime: RuntimeLine::of(runtime, &spec.runtime),
        }
    }

    fn header(&self) -> Result<Header, String> {
        let [zero, one] = &self.bots;
        let runtime = self.runtime.runtime()?;
        let spec = MatchSpec {
            game: self.game.game()?,
            seed: Seed(self.seed),
            bots: BySeat([digest(zero)?, digest(one)?]),
            limits: self.limits.limits().check().map_err(|bad| bad.to_string())?,
            policy: self.policy.policy().check().map_err(|bad| bad.to_string())?,
            runtime: runtime.fingerprint(),
        };
        Ok(Header { spec, runtime })
    }
}

impl GameLine {
    fn game(&self) -> Result<GameId, String> {
        Ok(GameId { name: name(&self.name)?, version: self.version, config: digest(&self.config)? })
    }
}

impl LimitsLine {
    fn of(limits: &Limits) -> LimitsLine {
        LimitsLine {
            source_bytes: limits.source_bytes,
            source_files: limits.source_files,
            load_fuel: limits.load_fuel,
            turn_fuel: limits.turn_fuel,
            memory_bytes: limits.memory_bytes,
            stack_bytes: limits.stack_bytes,
            reply_bytes: limits.reply_bytes,
            log_bytes: limits.log_bytes,
            strikes: limits.strikes,
            ticks: limits.ticks,
            turn_wall_ms: limits.turn_wall_ms,
            load_wall_ms: limits.load_wall_ms,
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            source_bytes: self.source_bytes,
            source_files: self.source_files,
            load_fuel: self.load_fuel,
            turn_fuel: self.turn_fuel,
            memory_bytes: self.memory_bytes,
            stack_bytes: self.stack_bytes,
            reply_bytes: self.reply_bytes,
            log_bytes: self.log_bytes,
            strikes: self.strikes,
            ticks: self.ticks,
            turn_wall_ms: self.turn_wall_ms,
            load_wall_ms: self.load_wall_ms,
        }
    }
}

impl PolicyLine {
    fn of(policy: &Policy) -> PolicyLine {
        let Policy { allowed_imports, blocked_imports, blocked_calls } = policy.clone();
        PolicyLine { allowed_imports, blocked_imports, blocked_calls }
    }

    fn policy(&self) -> Policy {
        Policy {
            allowed_imports: self.allowed_imports.clone(),
            blocked_imports: self.blocked_imports.clone(),
            blocked_calls: self.blocked_calls.clone(),
        }
    }
}

impl RuntimeLine {
    fn of(runtime: &Runtime, fingerprint: &Digest) -> RuntimeLine {
        RuntimeLine {
            fingerprint: fingerprint.to_string(),
            python_wasm: runtime.python_wasm.to_string(),
            wasmtime: runtime.wasmtime.clone(),
            engine: runtime.engine,
            referee: runtime.referee,
            target: runtime.target.clone(),
        }
    }

    fn runtime(&self) -> Result<Runtime, String> {
        Ok(Runtime {
            python_wasm: digest(&self.python_wasm)?,
            wasmtime: name(&self.wasmtime)?,
            engine: self.engine,
            referee: self.referee,
            target: name(&self.target)?,
        })
    }
}

fn digest(text: &str) -> Result<Digest, String> {
    text.parse().map_err(|bad: terms::digest::NotADigest| bad.to_string())
}

fn name(text: &str) -> Result<String, String> {
    if text.len() > NAME_BYTES_MAX {
        return Err(format!("a name is longer than {NAME_BYTES_MAX} bytes"));
    }
    Ok(text.to_owned())
}
