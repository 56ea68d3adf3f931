//! What is recorded of zygotes, of the children that they fork, and of the compiler of components.

use std::time::Duration;

use pipe::Layer;
use telemetry::{Counter, Gauge, Histogram};
use terms::HostFault;

use super::table as row;

/// Why a sealed process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kill {
    /// Its match was over: killed.
    Finished,
    /// It did not answer, or did not read: killed.
    Stalled,
    /// It said what the protocol does not know: killed.
    Protocol,
    /// The kernel killed it for a system call that is not allowed.
    ForbiddenCall,
    /// It ended in any other way.
    Died,
}

impl Kill {
    /// All of them.
    pub(crate) const ALL: [Kill; 5] =
        [Kill::Finished, Kill::Stalled, Kill::Protocol, Kill::ForbiddenCall, Kill::Died];

    /// The name in labels.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kill::Finished => "finished",
            Kill::Stalled => "stalled",
            Kill::Protocol => "protocol",
            Kill::ForbiddenCall => "forbidden_call",
            Kill::Died => "died",
        }
    }

    /// The end of a process that made that trouble.
    pub(crate) const fn after(fault: HostFault) -> Kill {
        match fault {
            HostFault::Stalled => Kill::Stalled,
            HostFault::Protocol => Kill::Protocol,
            _ => Kill::Died,
        }
    }
}

/// Handles for a zygote and its children. It looks them up when it starts.
#[derive(Debug)]
pub(crate) struct Sandboxes {
    zygote_starts: Counter,
    zygote_failures: Counter,
    zygote_duration: Histogram,
    start: Histogram,
    live: Gauge,
    kills: [Counter; 5],
}

impl Sandboxes {
    /// Handles of what records now.
    pub(crate) fn new() -> Sandboxes {
        Sandboxes {
            zygote_starts: row::ZYGOTE_STARTS.as_counter(&[]),
            zygote_failures: row::ZYGOTE_FAILURES.as_counter(&[]),
            zygote_duration: row::ZYGOTE_DURATION.as_histogram(),
            start: row::SANDBOX_START.as_histogram(),
            live: row::SANDBOXES_LIVE.as_gauge(&[]),
            kills: Kill::ALL.map(|kill| row::SANDBOX_KILLS.as_counter(&[kill.name()])),
        }
    }

    /// A zygote became ready, or did not.
    pub(crate) fn zygote_started(&self, took: Duration, is_ready: bool) {
        if is_ready {
            self.zygote_starts.increment(1);
            self.zygote_duration.record(took.as_secs_f64());
        } else {
            self.zygote_failures.increment(1);
        }
    }

    /// A child is there.
    pub(crate) fn began(&self, took: Duration) {
        self.start.record(took.as_secs_f64());
        self.live.increment(1);
    }

    /// A child is gone.
    pub(crate) fn ended(&self, why: Kill) {
        self.live.decrement(1);
        let counters = Kill::ALL.iter().zip(&self.kills);
        counters.filter(|(kill, _)| **kill == why).for_each(|(_, counter)| counter.increment(1));
    }
}

/// Shows which layers of the sandbox are on.
pub(crate) fn show_layers(layers: &[Layer]) {
    for layer in layers.iter().take(rpc::LAYERS_MAX) {
        row::LAYERS.as_gauge(&[&layer.name]).set(f64::from(u8::from(layer.enabled)));
    }
}

/// Handles of the compiler of components.
#[derive(Debug)]
pub(crate) struct Compilations {
    compiled: Counter,
    rejected: Counter,
    failed: Counter,
    duration: Histogram,
}

impl Compilations {
    /// Handles of what records now.
    pub(crate) fn new() -> Compilations {
        let result = |name| row::COMPILATIONS.as_counter(&[name]);
        Compilations {
            compiled: result("compiled"),
            rejected: result("rejected"),
            failed: result("failed"),
            duration: row::COMPILATION_DURATION.as_histogram(),
        }
    }

    /// A compilation ended: whether the component was accepted, unless that is not known.
    pub(crate) fn ended(&self, took: Duration, is_accepted: Option<bool>) {
        self.duration.record(took.as_secs_f64());
        match is_accepted {
            Some(true) => self.compiled.increment(1),
            Some(false) => self.rejected.increment(1),
            None => self.failed.increment(1),
        }
    }
}
