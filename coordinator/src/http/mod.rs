//! What a coordinator answers over HTTP: how it is, and what else is to be looked at. To add a page,
//! add a route to `pages`.
//!
//! Never here: anything that changes something. Whoever can reach the port may ask.

mod condition;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
pub use condition::Condition;
use probes::{Probes, Vital};

use crate::progress::Console;
use crate::run::RunError;

impl Vital for Condition {
    fn health(&self) -> Result<(), String> {
        Condition::health(self)
    }

    fn readiness(&self) -> Result<(), String> {
        Condition::readiness(self)
    }
}

/// Answers on that address as long as what is returned lives, and says where.
///
/// # Errors
/// The address cannot be had.
pub async fn serve(
    address: Option<SocketAddr>,
    condition: &Arc<Condition>,
    console: &Console,
) -> Result<Option<Probes>, RunError> {
    let Some(address) = address else { return Ok(None) };
    let probes = Probes::start(address, condition.clone(), pages()).await;
    let probes = probes.map_err(|source| RunError::Http { address, source })?;
    console.say(&format!("http://{0}/healthz and http://{0}/readyz say how this is going", probes.address()));
    Ok(Some(probes))
}

/// Everything but the probes.
fn pages() -> Router {
    Router::new()
}
