//! What a coordinator answers over HTTP: how it is, and what else is to be looked at. To add a page,
//! add a route to `pages`.
//!
//! ```text
//! GET /healthz, /readyz   probes
//! GET /metrics            what is measured
//! GET /metrics/bots       the same of each bot
//! GET /sd/workers         where workers answer the same
//! ```
//! Never here: anything that changes something. Whoever can reach the port may ask.

mod condition;
mod page;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
pub use condition::Condition;
use probes::{Probes, Vital};
use telemetry::Exporter;

use crate::metrics::{Metrics, TABLE};
use crate::progress::Console;
use crate::run::RunError;
use crate::scores::Scores;
use crate::targets::Targets;
use page::{METRICS_TEXT, page};

impl Vital for Condition {
    fn health(&self) -> Result<(), String> {
        Condition::health(self)
    }

    fn readiness(&self) -> Result<(), String> {
        Condition::readiness(self)
    }
}

/// What is seen of a run from outside: written by the run, read by whoever asks. By default nobody looks.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// How it is going.
    pub condition: Arc<Condition>,
    /// What is measured.
    pub metrics: Metrics,
    /// Where workers answer HTTP.
    pub targets: Targets,
    /// How the bots are doing.
    pub scores: Scores,
    /// Where it is looked at.
    address: Option<SocketAddr>,
}

impl View {
    /// Whether it is looked at from this machine alone.
    pub fn is_near(&self) -> bool {
        self.address.is_some_and(|address| address.ip().is_loopback())
    }
}

/// Answers on that address as long as what is returned lives, and says where. Without an address nobody looks, and
/// nothing is recorded.
///
/// # Errors
/// The address cannot be had, or this process records already.
pub async fn serve(
    address: Option<SocketAddr>,
    trusts_advertised: bool,
    console: &Console,
) -> Result<(View, Option<Probes>), RunError> {
    let Some(address) = address else { return Ok((View::default(), None)) };
    let exporter = Exporter::install(TABLE)?;
    let metrics = Metrics::default();
    let condition = Arc::new(Condition::new(metrics.clone()));
    let (targets, scores) = (Targets::new(trusts_advertised), Scores::new());
    let view = View { condition, metrics, targets, scores, address: Some(address) };
    let probes = Probes::start(address, view.condition.clone(), pages(&exporter, &view)).await;
    let probes = probes.map_err(|source| RunError::Http { address, source })?;
    console.say(&format!(
        "http://{0}/healthz and http://{0}/readyz say how this is going, http://{0}/metrics says it in figures",
        probes.address()
    ));
    Ok((view, Some(probes)))
}

/// Everything but the probes.
fn pages(exporter: &Exporter, view: &View) -> Router {
    let View { targets, scores, .. } = view.clone();
    // Whatever is shown is kept as it changes.
    let metrics = exporter.route(|| ());
    let bots = page("/metrics/bots", METRICS_TEXT, move || scores.to_text());
    let workers = page("/sd/workers", "application/json", move || targets.to_json());
    metrics.merge(bots).merge(workers)
}
