//! The documentation of a table, in Markdown.

use std::fmt::Write;

use crate::table::{Kind, Metric};

/// The rows of a table as a table of Markdown.
pub fn section(table: &[Metric]) -> String {
    let mut out = String::from("| metric | kind | labels | what it says |\n|---|---|---|---|\n");
    for metric in table {
        let labels: Vec<String> = metric.labels.iter().map(label).collect();
        let (name, labels, help) = (metric.name, labels.join("; "), metric.help);
        // Writing into a string does not fail.
        let _ = writeln!(out, "| `{name}` | {} | {labels} | {help} |", kind(metric.kind));
    }
    out
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Counter => "counter".to_owned(),
        Kind::Gauge => "gauge".to_owned(),
        Kind::Histogram(bounds) => {
            let bounds: Vec<String> = bounds.iter().map(|bound| format!("{bound}")).collect();
            format!("histogram: {}", bounds.join(", "))
        }
    }
}

fn label(label: &crate::table::Label) -> String {
    let values = (label.values)();
    if values.is_empty() {
        return format!("`{}`", label.name);
    }
    format!("`{}`: {}", label.name, values.join(", "))
}
