//! What is wrong with a table: the rules of Prometheus and of this project, for each program's tests.

use std::collections::BTreeSet;

use crate::table::{Kind, Metric};

/// Endings that say what a number is measured in. Anything else counts things.
const OTHER_UNITS: [&str; 7] =
    ["_milliseconds", "_ms", "_micros", "_kilobytes", "_mib", "_percent", "_minutes"];
/// Endings that the text format gives to parts of a histogram.
const RESERVED: [&str; 4] = ["_bucket", "_count", "_sum", "_info_total"];

/// Every rule that a row breaks, as sentences; none if the table is good.
pub fn faults_of(table: &[Metric]) -> Vec<String> {
    let mut names = BTreeSet::new();
    let twice = table.iter().filter(|metric| !names.insert(metric.name));
    let twice = twice.map(|metric| format!("{} is listed twice", metric.name)).collect::<Vec<_>>();
    table.iter().flat_map(faults).chain(twice).collect()
}

fn faults(metric: &Metric) -> Vec<String> {
    let Metric { name, kind, help, labels } = metric;
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let ends_with = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let has_label_of_the_format =
        labels.iter().any(|label| ["le", "quantile", "job", "instance"].contains(&label.name));
    let rules = [
        (is_word(name) && name.starts_with("arena_"), "is no lower-case name that begins with arena_"),
        (
            (*kind == Kind::Counter) == name.ends_with("_total"),
            "must end with _total if, and only if, it is a counter",
        ),
        (!ends_with(&OTHER_UNITS), "is not in a base unit: seconds, bytes, ratio"),
        (!ends_with(&RESERVED), "ends like a part of a histogram"),
        (!help.trim().is_empty() && !help.contains('\n') && !help.contains('|'), "has no help of one line"),
        (
            labels.iter().all(|label| !label.name.is_empty() && is_word(label.name)),
            "has a label without a proper name",
        ),
        (!has_label_of_the_format, "has a label that belongs to Prometheus"),
        (bounds_are_good(*kind), "has no buckets, or they do not ascend"),
    ];
    rules.into_iter().filter(|(holds, _)| !holds).map(|(_, rule)| format!("{name} {rule}")).collect()
}

/// Whether a histogram's bounds are finite and ascend.
pub(crate) fn bounds_are_good(kind: Kind) -> bool {
    let Kind::Histogram(bounds) = kind else { return true };
    let ascend = bounds.iter().zip(bounds.iter().skip(1)).all(|(low, high)| low < high);
    !bounds.is_empty() && ascend && bounds.iter().all(|bound| bound.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Label;

    #[test]
    fn a_good_table_has_no_faults() {
        const TABLE: &[Metric] = &[
            crate::BUILD_INFO,
            Metric::counter("arena_things_total", &[Label::open("kind")], "Things that happened."),
            Metric::histogram("arena_thing_bytes", &[1.0, 2.0], "How large they are."),
        ];
        assert_eq!(faults_of(TABLE), [""; 0]);
    }

    #[test]
    fn every_rule_can_be_broken() {
        const BAD: [(Metric, &str); 14] = [
            (Metric::gauge("things", &[], "x"), "begins with arena_"),
            (Metric::gauge("arena_Things", &[], "x"), "lower-case"),
            (Metric::counter("arena_things", &[], "x"), "_total if"),
            (Metric::gauge("arena_things_total", &[], "x"), "_total if"),
            (Metric::gauge("arena_age_ms", &[], "x"), "base unit"),
            (Metric::gauge("arena_thing_count", &[], "x"), "part of a histogram"),
            (Metric::gauge("arena_things", &[], " "), "no help"),
            (Metric::gauge("arena_things", &[], "a\nb"), "no help"),
            (Metric::gauge("arena_things", &[Label::open("a-b")], "x"), "proper name"),
            (Metric::gauge("arena_things", &[Label::open("instance")], "x"), "belongs to Prometheus"),
            (Metric::histogram("arena_thing_seconds", &[], "x"), "no buckets"),
            (Metric::histogram("arena_thing_seconds", &[2.0, 1.0], "x"), "do not ascend"),
            (Metric::histogram("arena_thing_seconds", &[1.0, 1.0], "x"), "do not ascend"),
            (Metric::histogram("arena_thing_seconds", &[1.0, f64::INFINITY], "x"), "do not ascend"),
        ];
        for (metric, rule) in BAD {
            let faults = faults_of(&[metric]);
            assert!(faults.len() == 1 && faults[0].contains(rule), "{faults:?} does not say {rule:?}");
        }
        assert_eq!(faults_of(&[crate::BUILD_INFO, crate::BUILD_INFO]), ["arena_build_info is listed twice"]);
    }
}
