//! Who is measured: the sandbox as a worker has it, a plain python3, and what else is there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arena_tests::{native_by, zygote_config};
use pipe::Load;
use tempfile::TempDir;
use terms::{Bundle, BySeat, Digest, limits::DEFAULTS};
use worker::play::naked::{Harness, Naked, NakedConfig};
use worker::referee::{Answer, Player};
use worker::sandbox::{HostTrouble, Keeping, Sealed, ZygoteConfig, Zygotes};

/// What everything else is compared with.
pub(crate) const BASELINE: &str = "python3";
/// What is judged.
pub(crate) const OURS: &str = "sandbox";
/// The sandbox, built so that no fuel is counted.
pub(crate) const NO_FUEL: &str = "no fuel";

/// A way to run bots.
pub(crate) struct Contender {
    name: &'static str,
    kind: Kind,
}

enum Kind {
    Sandbox { config: ZygoteConfig, zygotes: Arc<Zygotes> },
    Naked { python: PathBuf, harness: Harness, _wrapper: Option<TempDir> },
}

/// A bot that runs.
pub(crate) enum Bot {
    Sealed(Sealed, Arc<Zygotes>),
    Naked(Naked),
}

impl Contender {
    /// All that can be had here: the sandbox and python3 always; `no_fuel` is where shim and compiler are that count none.
    pub(crate) fn all(no_fuel: Option<&Path>) -> Vec<Contender> {
        let sandbox = Contender::sandbox(OURS, zygote_config());
        let mut all = vec![sandbox, Contender::naked(BASELINE, "python3".into(), None)];
        all.extend(no_fuel.map(|folder| Contender::sandbox(NO_FUEL, without_fuel(folder))));
        all.extend(bubblewrap());
        all
    }

    fn sandbox(name: &'static str, config: ZygoteConfig) -> Contender {
        let zygotes = Zygotes::start(Keeping::of(config.clone())).expect("a zygote starts");
        Contender { name, kind: Kind::Sandbox { config, zygotes: Arc::new(zygotes) } }
    }

    fn naked(name: &'static str, python: PathBuf, wrapper: Option<TempDir>) -> Contender {
        let harness = Harness::write().expect("the harness can be written");
        let contender = Contender { name, kind: Kind::Naked { python, harness, _wrapper: wrapper } };
        // The first one compiles the harness for those that come after it.
        drop(contender.start(None));
        contender
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// A process that waits for a bot.
    pub(crate) fn start(&self, core: Option<u16>) -> Bot {
        match &self.kind {
            Kind::Sandbox { zygotes, .. } => {
                Bot::Sealed(zygotes.fork(core).expect("a child is forked"), zygotes.clone())
            }
            Kind::Naked { python, harness, .. } => {
                let config = NakedConfig { python, harness, is_patient: true };
                Bot::Naked(Naked::start(&config).expect("python3 starts"))
            }
        }
    }

    /// The two processes of a match.
    pub(crate) fn start_both(&self, core: Option<u16>) -> BySeat<Bot> {
        match &self.kind {
            Kind::Sandbox { zygotes, .. } => {
                let both = zygotes.fork_both(core).expect("children are forked");
                both.map(|sealed| Bot::Sealed(sealed, zygotes.clone()))
            }
            Kind::Naked { .. } => BySeat([self.start(core), self.start(core)]),
        }
    }

    /// The same from nothing: no interpreter runs, and no harness was ever compiled.
    pub(crate) fn anew(&self) -> Contender {
        match &self.kind {
            Kind::Sandbox { config, .. } => Contender::sandbox(self.name, config.clone()),
            Kind::Naked { python, .. } => {
                let harness = Harness::write().expect("the harness can be written");
                let kind = Kind::Naked { python: python.clone(), harness, _wrapper: None };
                Contender { name: self.name, kind }
            }
        }
    }
}

impl Bot {
    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        match self {
            Bot::Sealed(sealed, _) => sealed.pid(),
            Bot::Naked(naked) => naked.pid(),
        }
    }

    /// Kills it without waiting, if that is how a worker does it.
    pub(crate) fn kill(&self) {
        if let Bot::Sealed(sealed, _) = self {
            sealed.kill();
        }
    }

    /// Loads a bot, which must succeed.
    pub(crate) fn load(&mut self, bundle: &[u8]) {
        let load = Load {
            seed: 1,
            load_fuel: DEFAULTS.load_fuel,
            turn_fuel: DEFAULTS.turn_fuel,
            memory_bytes: DEFAULTS.memory_bytes,
            reply_bytes: DEFAULTS.reply_bytes,
            log_bytes: DEFAULTS.log_bytes,
            bundle_bytes: 0,
        };
        self.ask_load(&load, "", bundle).expect("it is there");
        let answer = self.answer().expect("it answers");
        assert!(matches!(answer, Answer::Loaded(_)), "{answer:?}");
    }

    /// Plays a turn, which must succeed.
    pub(crate) fn turn(&mut self, observation: &str) {
        self.ask_turn(observation).expect("it is there");
        let answer = self.answer().expect("it answers");
        assert!(matches!(answer, Answer::Reply(..)), "{answer:?}");
    }
}

impl Player for Bot {
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble> {
        match self {
            Bot::Sealed(sealed, _) => Player::set_wall_clock(sealed, limit),
            Bot::Naked(naked) => naked.set_wall_clock(limit),
        }
    }

    fn ask_load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble> {
        match self {
            Bot::Sealed(sealed, zygotes) => {
                // As a worker does it: what was compiled once is known, and the first start pays for it.
                let wall_clock = Duration::from_millis(DEFAULTS.load_wall_ms.into());
                let known = zygotes.bytecode(None, (Digest::of(bundle), bundle), load, wall_clock)?;
                known.map_or(Ok(()), |bytecode| sealed.prepare(&bytecode))?;
                sealed.ask_load(load, policy, bundle)
            }
            Bot::Naked(naked) => naked.ask_load(load, policy, bundle),
        }
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        match self {
            Bot::Sealed(sealed, _) => sealed.ask_turn(observation),
            Bot::Naked(naked) => naked.ask_turn(observation),
        }
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        match self {
            Bot::Sealed(sealed, _) => sealed.answer(),
            Bot::Naked(naked) => naked.answer(),
        }
    }
}

/// A bot of this folder, as a bundle.
pub(crate) fn bundle(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/bots").join(name).with_extension("py");
    Bundle::of_source(std::fs::read(path).expect("the bots of the bench are there")).encode()
}

/// The shim of that folder, with the interpreter as its compiler makes it.
fn without_fuel(folder: &Path) -> ZygoteConfig {
    let folder = folder.canonicalize().unwrap_or_else(|error| {
        panic!("--no-fuel {}: {error}; `make bench` builds what belongs there", folder.display())
    });
    let native = native_by(&folder.join("precompile"), &folder.join("cache"));
    let native_digest = native.digest.parse().expect("precompile prints a digest");
    ZygoteConfig { shim: folder.join("sandbox-shim"), native: native.path, native_digest, ..zygote_config() }
}

/// python3 in bubblewrap, where that is installed: namespaces, an empty home, no network.
fn bubblewrap() -> Option<Contender> {
    use std::os::unix::fs::PermissionsExt;
    let is_there = std::process::Command::new("bwrap").arg("--version").output().is_ok();
    let folder = is_there.then(|| tempfile::tempdir().expect("a temporary folder"))?;
    let path = folder.path().join("python3-in-bubblewrap");
    let script = "#!/bin/sh\nexec bwrap --unshare-all --die-with-parent --ro-bind /usr /usr --symlink usr/lib /lib \\\n  \
                  --symlink usr/lib64 /lib64 --symlink usr/bin /bin --proc /proc --dev /dev --bind /tmp /tmp \\\n  \
                  /usr/bin/python3 \"$@\"\n";
    std::fs::write(&path, script).expect("a temporary folder can be written");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).expect("it is ours");
    Some(Contender::naked("bubblewrap", path, Some(folder)))
}
