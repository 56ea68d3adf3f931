//! The documentation of a table, in Markdown.

use std::fmt::Write;

use crate::table::{Kind, Label, Metric};

/// The rows of a table as a table of Markdown.
pub fn section(table: &[Metric]) -> String {
    let mut out = String::from("| metric | kind | labels | what it says |\n|---|---|---|---|\n");
    for metric in table {
        let labels: Vec<String> = metric.labels.iter().map(label).collect();
        let (name, labels, help) = (metric.name, labels.join("; "), metric.help);
        // Writing into a string does not fail.
        let _ = writeln!(out, "| `{name}` | {} | {labels} | {help} |", kind(metric));
    }
    out
}

fn kind(metric: &Metric) -> String {
    match metric.kind {
        Kind::Counter => "counter".to_owned(),
        Kind::Gauge => "gauge".to_owned(),
        Kind::Histogram(bounds) => {
            let are_bytes = metric.name.ends_with("_bytes");
            let bounds: Vec<String> = bounds.iter().map(|bound| short(*bound, are_bytes)).collect();
            format!("histogram: {}", bounds.join(", "))
        }
    }
}

/// A bound as people write it.
fn short(bound: f64, is_bytes: bool) -> String {
    let (size, step, unit) = if is_bytes { (1_048_576.0, 1_048_576.0, "MiB") } else { (1e6, 1e5, "M") };
    if bound < size || bound % step != 0.0 {
        return bound.to_string();
    }
    format!("{} {unit}", bound / size)
}

fn label(label: &Label) -> String {
    let values = (label.values)();
    if values.is_empty() {
        return format!("`{}`", label.name);
    }
    format!("`{}`: {}", label.name, values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_everything_about_a_metric() {
        const TABLE: &[Metric] = &[
            Metric::counter(
                "arena_faults_total",
                &[Label { name: "kind", values: || vec!["odd", "late"] }],
                "Faults.",
            ),
            Metric::gauge("arena_named_info", &[Label::open("name"), Label::open("place")], "Names."),
            Metric::histogram("arena_fuel", &[0.5, 150_000.0, 1_500_000.0, 5e7], "Fuel."),
            Metric::histogram("arena_size_bytes", &[1000.0, 67_108_864.0], "Size."),
        ];
        let expected = "\
            | metric | kind | labels | what it says |\n\
            |---|---|---|---|\n\
            | `arena_faults_total` | counter | `kind`: odd, late | Faults. |\n\
            | `arena_named_info` | gauge | `name`; `place` | Names. |\n\
            | `arena_fuel` | histogram: 0.5, 150000, 1.5 M, 50 M |  | Fuel. |\n\
            | `arena_size_bytes` | histogram: 1000, 64 MiB |  | Size. |\n";
        assert_eq!(section(TABLE), expected);
    }
}
