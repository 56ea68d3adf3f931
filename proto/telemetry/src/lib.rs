//! What operators see of both programs, and how it gets out of them.
//!
//! ```text
//! table     what a process measures: one row for each metric, with name, help, labels and buckets
//! exporter  GET /metrics, in Prometheus' text format
//! page      docs/metrics.md, made of the tables
//! ```
//! Never here: a metric. Each program has one table of its own, and only that records.
#![forbid(unsafe_code)]

mod exporter;
mod page;
mod table;

pub use exporter::{Exporter, InstallError};
pub use metrics::{Counter, Gauge, Histogram};
pub use page::section;
pub use table::{Kind, Label, Metric};
