//! The zygote that new matches fork from: started when needed, replaced when it has died.

use std::sync::{Arc, Mutex, PoisonError};

use terms::HostFault;

use super::zygote::Described;
use super::{HostTrouble, Sealed, SpawnError, Zygote, ZygoteConfig};

/// Hands out sealed children. Matches keep the zygote they started with alive until they end.
pub struct Zygotes {
    config: ZygoteConfig,
    current: Mutex<Arc<Zygote>>,
}

impl Zygotes {
    /// Starts the first zygote.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(config: ZygoteConfig) -> Result<Zygotes, SpawnError> {
        let current = Mutex::new(Arc::new(Zygote::spawn(&config)?));
        Ok(Zygotes { config, current })
    }

    /// What the zygote says of itself: they are all alike.
    pub fn described(&self) -> Described {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).described().clone()
    }

    /// The zygote that is alive now, a new one if the last has died.
    ///
    /// # Errors
    /// A new one was needed and does not start.
    pub fn current(&self) -> Result<Arc<Zygote>, HostTrouble> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.is_dead() {
            tracing::warn!("the zygote has died; starting another");
            let zygote = Zygote::spawn(&self.config)
                .map_err(|error| HostTrouble::new(HostFault::SpawnFailed, error.to_string()))?;
            *current = Arc::new(zygote);
        }
        Ok(current.clone())
    }

    /// Forks a sealed child, pinned to `core` if one is given. A zygote that turns out to be dead
    /// is replaced once.
    ///
    /// # Errors
    /// No zygote starts, or the new one cannot fork either.
    pub fn fork(&self, core: Option<u16>) -> Result<Sealed, HostTrouble> {
        let zygote = self.current()?;
        match zygote.fork(core) {
            Err(_) if zygote.is_dead() => self.current()?.fork(core),
            other => other,
        }
    }
}
