//! What a worker answers over HTTP: how it is, and what it measures. Never here: anything that changes something.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use probes::{Probes, Vital};

use telemetry::Exporter;

use crate::cluster::Pulse;
use crate::metrics::Scrape;

/// What the loop that talks to the coordinator says of itself.
struct Worker(Arc<Pulse>);

impl Vital for Worker {
    fn health(&self) -> Result<(), String> {
        self.0.health()
    }

    fn readiness(&self) -> Result<(), String> {
        self.0.readiness()
    }
}

/// Answers probes and shows metrics on that address as long as what is returned lives, and says where.
///
/// # Errors
/// The address cannot be had.
pub async fn serve(
    address: SocketAddr,
    pulse: Arc<Pulse>,
    exporter: &Exporter,
    scrape: Scrape,
) -> io::Result<Probes> {
    let metrics = exporter.route(move || scrape.refresh());
    let probes = Probes::start(address, Arc::new(Worker(pulse)), metrics).await?;
    tracing::info!(
        "http://{0}/healthz and http://{0}/readyz say how this worker is, http://{0}/metrics says it in figures",
        probes.address()
    );
    Ok(probes)
}
