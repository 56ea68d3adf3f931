//! What is looked up when somebody asks, instead of being kept: the board, the spool and the pulse know.

use std::sync::Arc;

use telemetry::Gauge;

use super::table as row;
use crate::cluster::spool::Spool;
use crate::cluster::{Board, Pulse, Ready};

/// What is looked at, and handles of what it shows.
pub struct Scrape {
    pulse: Arc<Pulse>,
    board: Arc<Board<Ready>>,
    spool: Option<Arc<Spool>>,
    ready: Gauge,
    busy: Gauge,
    idle: Gauge,
    waiting: Gauge,
    unreported: Gauge,
    spool_bytes: Gauge,
}

impl Scrape {
    /// Handles of what records now, for what is to be looked at.
    pub fn new(pulse: Arc<Pulse>, board: Arc<Board<Ready>>, spool: Option<Arc<Spool>>) -> Scrape {
        let slots = |state| row::SLOTS.as_gauge(&[state]);
        let [ready, waiting, unreported, spool_bytes] =
            [row::READY, row::WAITING, row::UNREPORTED, row::SPOOL_BYTES].map(|metric| metric.as_gauge(&[]));
        let (busy, idle) = (slots("busy"), slots("idle"));
        Scrape { pulse, board, spool, ready, busy, idle, waiting, unreported, spool_bytes }
    }

    /// Shows how it is now.
    pub fn refresh(&self) {
        let counts = self.board.counts();
        self.ready.set(f64::from(u8::from(self.pulse.readiness().is_ok())));
        self.busy.set(counts.playing as f64);
        self.idle.set(counts.slots.saturating_sub(counts.playing) as f64);
        self.waiting.set(counts.waiting as f64);
        self.unreported.set(counts.finished as f64);
        self.spool_bytes.set(self.spool.as_ref().map_or(0, |spool| spool.bytes()) as f64);
    }
}
