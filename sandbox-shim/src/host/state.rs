//! What the host keeps for its one guest.

use super::clocks::VirtualClock;
use super::handles::Handles;
use super::log::Log;
use super::memory::MemoryLimit;
use super::random::Randomness;

/// The host's side of one guest.
#[derive(Default)]
pub(crate) struct Host {
    /// What time it is for the guest.
    pub(crate) clock: VirtualClock,
    /// Where its random bytes come from.
    pub(super) random: Randomness,
    /// What it printed.
    pub(crate) log: Log,
    /// How large it may grow.
    pub(crate) memory: MemoryLimit,
    /// What it holds of ours.
    pub(super) handles: Handles,
}

impl Host {
    /// Prepares for a bot: from here on its limits hold, its seed counts and its time begins.
    pub(crate) fn begin(&mut self, load: &pipe::Load) {
        self.clock = VirtualClock::default();
        self.random = Randomness::seeded(load.seed);
        self.log = Log::of(load.log_bytes);
        self.memory.limit(load.memory_bytes);
    }
}
