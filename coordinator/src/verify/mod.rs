//! Plays a sample of what is recorded again, long after the tournament, and compares.
//!
//! The same audits as while a tournament is played: a result that comes out otherwise is decided by
//! a vote, a wrong one is corrected, and whoever is wrong is named. The bots come from the
//! transcripts, so nothing is needed but the data directory. Never here: a decision on a result.

mod select;
mod summary;

use std::sync::Arc;

use terms::MatchSpec;
use tokio::sync::mpsc;

use crate::config::Site;
use crate::engine::{Ending, MatchNo};
use crate::output;
use crate::plan::Plan;
use crate::progress::Console;
use crate::python_wasm::PythonWasm;
use crate::run::{Ended, RunError};
use crate::stage::Stage;
use crate::store::{Store, StoredResult};
use select::{Batch, Selection};
use summary::Summary;

/// Plays that share (in parts of a million, at least one match) of the results of `site` again.
/// `interrupts` gives the user's wishes to stop, anew for every setting that there are results of.
///
/// # Errors
/// There is no store, it cannot be read, or nobody can play.
pub async fn verify(
    site: &Site,
    per_million: u32,
    console: &Console,
    interrupts: impl Fn() -> std::io::Result<mpsc::Receiver<()>>,
) -> Result<Ended, RunError> {
    output::check([site.json.as_ref(), None])?;
    let python = PythonWasm::load(site.python_wasm.as_deref()).map_err(RunError::Python)?;
    let Selection { recorded, batches, skipped } =
        select::select(site, &python.runtime.fingerprint(), per_million).await?;
    let mut summary = Summary::new(recorded, skipped);
    for batch in batches {
        let interrupts = interrupts().map_err(RunError::Runtime)?;
        let finale = play(site, batch, python.clone(), console, interrupts).await?;
        if finale.ending == Ending::Drained {
            return Ok(Ended::Interrupted);
        }
        summary.add(&finale);
    }
    summary.set_aside = recorded.saturating_sub(select::count(site).await?);
    match &site.json {
        Some(sink) => output::write_json(sink, &summary.document())?,
        None => output::print(&summary.to_string())?,
    }
    Ok(summary.ended())
}

/// Plays the matches of one setting again.
async fn play(
    site: &Site,
    batch: Batch,
    python: PythonWasm,
    console: &Console,
    interrupts: mpsc::Receiver<()>,
) -> Result<crate::driver::Finale, RunError> {
    let Batch { like, results, bundles } = batch;
    let places: Vec<_> = results.iter().map(|result| (result.seed, result.bots)).collect();
    let bundles = bundles.into_values().collect();
    let plan = Plan::of_matches(&like, &places, bundles, python).map_err(RunError::TooMany)?;
    let numbered = numbered(&plan, results, &like);
    let stage = Stage::set(site, plan).await?.checking(numbered);
    let finale = stage.play(site, console, interrupts).await;
    stage.store.close().await;
    finale
}

/// Each result with the number of its match.
fn numbered(plan: &Plan, results: Vec<StoredResult>, like: &MatchSpec) -> Arc<[(MatchNo, StoredResult)]> {
    debug_assert_eq!(
        plan.schedule.setting().runtime,
        like.runtime,
        "results of another runtime were left out"
    );
    results.into_iter().filter_map(|result| Some((plan.schedule.find(&result.id)?, result))).collect()
}
