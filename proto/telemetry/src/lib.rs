//! What operators see of both programs, and how it gets out of them.
//!
//! ```text
//! table     what a process measures: one row for each metric, with name, help, labels and buckets
//! lint      what is wrong with a table
//! recorder  where counters, gauges and histograms end up
//! buckets   a histogram, of fixed size
//! exporter  GET /metrics, in Prometheus' text format
//! page      docs/metrics.md, made of the tables
//! logs      what a program says, for people or as JSON
//! traces    what happened to single matches, to a collector that speaks OTLP
//! ```
//! Never here: a metric. Each program has one table of its own, and only that records.
#![forbid(unsafe_code)]

mod buckets;
mod exporter;
mod lint;
mod logs;
mod page;
mod recorder;
mod table;
pub mod traces;

pub use exporter::{Exporter, InstallError, is_recording};
pub use lint::faults_of;
pub use logs::{Log, LogFormat};
pub use metrics::{Counter, Gauge, Histogram};
pub use page::section;
pub use table::{BUILD_INFO, Kind, Label, Metric, OTHER};
