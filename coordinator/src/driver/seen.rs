//! What the driver shows to whoever looks from outside. Nothing of it decides anything.

use super::Driver;
use crate::engine::WorkerKey;
use crate::http::View;
use crate::metrics::Glance;
use crate::store::Store;
use crate::targets::Reach;

impl<S: Store> Driver<S> {
    /// The same, but whoever looks from outside sees what happens.
    #[must_use]
    pub fn seen_in(self, view: &View) -> Driver<S> {
        let writer = self.writer.seen_in(view);
        Driver { view: view.clone(), writer, ..self }
    }

    /// Shows how it stands to whoever looks from outside.
    pub(super) fn measure(&self) {
        self.view.metrics.counted(&self.engine.audits(), &self.engine.setbacks());
        self.view.metrics.shows(&Glance {
            matches: self.engine.counts(),
            workers: self.roster.census(),
            slots: self.engine.ready().1,
            calls: self.open_calls.len(),
            targets: self.view.targets.counts(),
        });
    }

    /// Tells whoever wants to ask workers where this one answers.
    pub(super) fn list(&mut self, worker: WorkerKey, reach: Option<Reach>) {
        if let Some(why) = self.view.targets.heard(worker, self.roster.name(worker), reach)
            && self.roster.may_say()
        {
            tracing::warn!(worker = self.roster.name(worker), "not listed by /sd/workers: {why}");
        }
    }
}
