//! What a worker measures of itself, for whoever watches it: `GET /metrics` at `--http`.
//!
//! ```text
//! table    every metric: name, help, labels, buckets     ──► docs/metrics.md
//! matches  what slots record: matches, faults, turns
//! player   a player whose answers are measured
//! sandbox  what zygotes, children and the compiler of components record
//! cluster  what is recorded of the coordinator: calls, blobs
//! scrape   what is looked up when somebody asks
//! ```
//! Whatever is recorded often has a handle that was looked up once. Handles record nothing, and no clock
//! is read for them, unless the exporter was installed before they were made. Never here: anything that a
//! match could depend on. Never elsewhere: the name of a metric.

mod cluster;
mod matches;
mod player;
mod sandbox;
mod scrape;
mod table;

pub(crate) use cluster::{BlobFetches, Calls};
pub use matches::{Matches, Turns};
pub use player::Timed;
pub(crate) use sandbox::{Compilations, Kill, Sandboxes, show_layers};
pub use scrape::Scrape;
pub use table::TABLE;
