//! How many workers are how, kept as they come, change and go: no call looks at all of them.

/// How a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It plays.
    Ready,
    /// It fetches and compiles.
    Preparing,
    /// It finishes and goes.
    Draining,
    /// It gets no work because its runtime is another one.
    Refused,
    /// It gets no work because it is not believed.
    Quarantined,
}

impl Standing {
    /// All of them.
    pub const ALL: [Standing; 5] =
        [Standing::Ready, Standing::Preparing, Standing::Draining, Standing::Refused, Standing::Quarantined];

    /// The name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Standing::Ready => "ready",
            Standing::Preparing => "preparing",
            Standing::Draining => "draining",
            Standing::Refused => "refused",
            Standing::Quarantined => "quarantined",
        }
    }
}

/// Workers by how they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    ready: usize,
    preparing: usize,
    draining: usize,
    refused: usize,
    quarantined: usize,
}

impl Census {
    /// Those of a kind.
    pub const fn of(&self, standing: Standing) -> usize {
        match standing {
            Standing::Ready => self.ready,
            Standing::Preparing => self.preparing,
            Standing::Draining => self.draining,
            Standing::Refused => self.refused,
            Standing::Quarantined => self.quarantined,
        }
    }

    /// Those that are neither preparing nor kept from playing.
    pub(super) const fn playing(&self) -> usize {
        self.ready + self.draining
    }

    /// One more.
    pub(super) fn add(&mut self, standing: Standing) {
        *self.of_mut(standing) += 1;
    }

    /// One less.
    pub(super) fn take(&mut self, standing: Standing) {
        *self.of_mut(standing) -= 1;
    }

    fn of_mut(&mut self, standing: Standing) -> &mut usize {
        match standing {
            Standing::Ready => &mut self.ready,
            Standing::Preparing => &mut self.preparing,
            Standing::Draining => &mut self.draining,
            Standing::Refused => &mut self.refused,
            Standing::Quarantined => &mut self.quarantined,
        }
    }
}
