//! The zygote that new matches fork from: always one, replaced when it dies and when it has grown
//! old. See [`super::keeper`] for who starts them.

use std::num::NonZeroU32;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use pipe::{Layer, Load};
use terms::{BySeat, Digest, HostFault};

use super::bytecode::{Bytecodes, Key, compile};
use super::cgroup::Group;
use super::keeper::Keeper;
use super::process::adopt_orphans;
use super::zygote::Described;
use super::{Bytecode, HostTrouble, Sealed, SpawnError, Zygote, ZygoteConfig};

/// What zygotes are kept with.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// What each is started with.
    pub zygote: ZygoteConfig,
    /// How many matches may fork from one before the next takes its place. All children of a
    /// zygote have its layout of memory, so what one bot learns of it is worth something to the
    /// next only for so long.
    pub matches: NonZeroU32,
    /// The cgroup they and their children live in, or why there is none.
    pub group: Result<Arc<Group>, String>,
}

impl Keeping {
    /// Matches per zygote where nobody says otherwise.
    pub const MATCHES: NonZeroU32 = NonZeroU32::new(500).unwrap();

    /// That zygote, replaced as often as usual, in no cgroup.
    pub fn of(zygote: ZygoteConfig) -> Keeping {
        Keeping { zygote, matches: Keeping::MATCHES, group: Err("nobody asked for one".into()) }
    }
}

/// Hands out sealed children. Matches keep the zygote they started with alive until they end.
pub struct Zygotes {
    keeper: Arc<Keeper>,
    described: Described,
    bytecodes: Bytecodes,
}

impl Zygotes {
    /// Starts the first zygote, and a thread that replaces it.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(keeping: Keeping) -> Result<Zygotes, SpawnError> {
        adopt_orphans();
        let shim = keeping.zygote.shim.clone();
        let group = group_layer(&keeping.group);
        let keeper = Arc::new(Keeper::new(keeping));
        let (started, first) = mpsc::sync_channel(1);
        let thread = keeper.clone();
        std::thread::Builder::new()
            .name("zygote-keeper".into())
            .spawn(move || thread.keep(&started))
            .map_err(|source| SpawnError::Start { shim, source })?;
        let ended = || SpawnError::Refused("the thread that starts zygotes ended".into());
        let mut described = first.recv().map_err(|_| ended())??;
        described.layers.push(group);
        Ok(Zygotes { keeper, described, bytecodes: Bytecodes::default() })
    }

    /// What the zygote says of itself: they are all alike.
    pub fn described(&self) -> &Described {
        &self.described
    }

    /// The zygote that the next match forks from; waits for one that is being started because the
    /// last has died.
    ///
    /// # Errors
    /// It does not start; says why.
    pub fn current(&self) -> Result<Arc<Zygote>, HostTrouble> {
        self.keeper.current()
    }

    /// Forks one sealed child, pinned to `core` if one is given.
    ///
    /// # Errors
    /// No zygote starts, or it cannot fork.
    pub fn fork(&self, core: Option<u16>) -> Result<Sealed, HostTrouble> {
        self.ask(|zygote| zygote.fork(core))
    }

    /// Forks the two sealed children of a match, pinned to `core` if one is given.
    ///
    /// # Errors
    /// No zygote starts, or it cannot fork.
    pub fn fork_both(&self, core: Option<u16>) -> Result<BySeat<Sealed>, HostTrouble> {
        self.ask(|zygote| Ok(BySeat([zygote.fork(core)?, zygote.fork(core)?])))
    }

    /// The bytecode of a bot, compiled in a child of its own unless it is known; nothing if it has none.
    ///
    /// # Errors
    /// Not the bot's doing.
    pub fn bytecode(
        &self,
        core: Option<u16>,
        (bot, bundle): (Digest, &[u8]),
        load: &Load,
        wall_clock: Duration,
    ) -> Result<Option<Arc<Bytecode>>, HostTrouble> {
        self.bytecodes.get(Key::of(bot, load), || {
            let child = self.ask_as(Keeper::current, |zygote| zygote.fork(core))?;
            compile(child, load, wall_clock, bundle)
        })
    }

    /// One match's request. A zygote that turns out to be dead costs a second try, with the next.
    fn ask<T>(&self, ask: impl Fn(&Arc<Zygote>) -> Result<T, HostTrouble>) -> Result<T, HostTrouble> {
        self.ask_as(Keeper::current_for_match, ask)
    }

    fn ask_as<T>(
        &self,
        current: impl Fn(&Keeper) -> Result<Arc<Zygote>, HostTrouble>,
        ask: impl Fn(&Arc<Zygote>) -> Result<T, HostTrouble>,
    ) -> Result<T, HostTrouble> {
        let zygote = current(&self.keeper)?;
        match ask(&zygote) {
            Err(_) if zygote.is_dead() => {
                drop(zygote);
                ask(&current(&self.keeper)?)
            }
            other => other,
        }
    }
}

impl Drop for Zygotes {
    fn drop(&mut self) {
        self.keeper.close();
    }
}

fn group_layer(group: &Result<Arc<Group>, String>) -> Layer {
    let (enabled, detail) = match group {
        Ok(group) => (true, group.describe()),
        Err(why) => (false, why.clone()),
    };
    Layer { name: "cgroup".into(), enabled, detail }
}

/// A trouble with starting a zygote.
pub(super) fn not_started(why: &str) -> HostTrouble {
    HostTrouble::new(HostFault::SpawnFailed, format!("no zygote starts: {why}"))
}
