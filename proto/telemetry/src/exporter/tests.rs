//! What a page shows, of a table like those of the programs.

use super::*;
use crate::{Label, OTHER};

const SECONDS: &[f64] = &[0.001, 0.5, 2.0];
const FAULTS: Metric = Metric::counter(
    "arena_faults_total",
    &[Label { name: "kind", values: || vec!["odd", "late"] }],
    "Faults.",
);
const GRID: Metric = Metric::gauge(
    "arena_grid",
    &[Label { name: "x", values: || vec!["a", "b"] }, Label { name: "y", values: || vec!["c", "d"] }],
    "Two labels that are known.",
);
const NAMED: Metric =
    Metric::gauge("arena_named_info", &[Label::open("name"), Label::open("place")], "A name from outside.");
const PLAIN: Metric = Metric::counter("arena_plain_total", &[], "Without labels, with a \\ in its help.");
const DURATION: Metric = Metric::histogram("arena_duration_seconds", SECONDS, "How long it took.");
const TABLE: &[Metric] = &[BUILD_INFO, FAULTS, GRID, NAMED, PLAIN, DURATION];

/// The page after `act`, which records into a recorder of its own.
fn page_after(act: impl FnOnce(&Exporter)) -> String {
    let recording = Recording::of(TABLE);
    let (series, histograms) = recording.readers();
    metrics::with_local_recorder(&recording, || {
        let exporter = Exporter::begin(TABLE, series, histograms);
        act(&exporter);
        exporter.render()
    })
}

fn assert_has(page: &str, line: &str) {
    assert!(page.lines().any(|is| is == line), "no line {line:?} in\n{page}");
}

#[test]
fn what_is_known_beforehand_is_there_from_the_start() {
    let page = page_after(|_| ());
    let zeros = [
        "arena_faults_total{kind=\"odd\"} 0",
        "arena_faults_total{kind=\"late\"} 0",
        "arena_grid{x=\"a\",y=\"d\"} 0",
        "arena_grid{x=\"b\",y=\"c\"} 0",
        "arena_plain_total 0",
        "arena_duration_seconds_bucket{le=\"2\"} 0",
        "arena_duration_seconds_bucket{le=\"+Inf\"} 0",
        "arena_duration_seconds_sum 0",
        "arena_duration_seconds_count 0",
    ];
    zeros.into_iter().for_each(|line| assert_has(&page, line));
    assert_has(&page, &format!("arena_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")));
    assert!(!page.contains("arena_named_info"), "nobody knows its labels yet:\n{page}");
}

#[test]
fn every_metric_has_help_and_a_type_and_the_process_is_among_them() {
    let page = page_after(|_| NAMED.as_gauge(&["x", "y"]).set(1.0));
    let mut names: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before, "a metric is described twice:\n{page}");
    for described in &names {
        let name = described.split(' ').next().unwrap_or_default();
        assert!(page.contains(&format!("# HELP {name} ")), "{name} has no help:\n{page}");
    }
    for sample in page.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let name = sample.split(['{', ' ']).next().unwrap_or_default();
        let stem =
            ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
        let is_typed = |name: &str| names.iter().any(|described| described.starts_with(&format!("{name} ")));
        assert!(is_typed(name) || is_typed(stem), "{name} has no type:\n{page}");
    }
    for name in
        ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds"]
    {
        assert!(names.iter().any(|described| described.starts_with(name)), "no {name}:\n{page}");
    }
    assert_has(&page, "# HELP arena_plain_total Without labels, with a \\\\ in its help.");
}

#[test]
fn what_is_recorded_shows() {
    let page = page_after(|_| {
        FAULTS.as_counter(&["late"]).increment(3);
        [0.001, 1.0, 7.0].into_iter().for_each(|seconds| DURATION.as_histogram().record(seconds));
    });
    assert_has(&page, "arena_faults_total{kind=\"late\"} 3");
    assert_has(&page, "arena_duration_seconds_bucket{le=\"0.001\"} 1");
    assert_has(&page, "arena_duration_seconds_bucket{le=\"2\"} 2");
    assert_has(&page, "arena_duration_seconds_count 3");
    assert_has(&page, "arena_duration_seconds_sum 8.001");
}

#[test]
fn a_value_that_is_not_known_and_one_that_is_missing_are_counted_as_others() {
    let page = page_after(|_| {
        (0..1_000).for_each(|number| FAULTS.as_counter(&[&format!("new-{number}")]).increment(1));
        FAULTS.as_counter(&[]).increment(1);
        FAULTS.as_counter(&["odd", "and more"]).increment(1);
        NAMED.as_gauge(&["alone"]).set(1.0);
    });
    assert_has(&page, &format!("arena_faults_total{{kind=\"{OTHER}\"}} 1001"));
    assert_has(&page, "arena_faults_total{kind=\"odd\"} 1");
    assert_has(&page, &format!("arena_named_info{{name=\"alone\",place=\"{OTHER}\"}} 1"));
    assert!(!page.contains("new-"), "{page}");
}

#[test]
fn names_from_outside_are_escaped_and_stay_apart() {
    let page = page_after(|_| {
        NAMED.as_gauge(&["a\"b\nc\\d", "x"]).set(1.0);
        NAMED.as_gauge(&["\\", "y"]).set(2.0);
        NAMED.as_gauge(&["} 1\narena_plain_total 9", "z"]).set(3.0);
        NAMED.as_gauge(&["\\n", "w"]).set(4.0);
        NAMED.as_gauge(&["\\\"", "v"]).set(5.0);
    });
    assert_has(&page, r#"arena_named_info{name="a\"b\nc\\d",place="x"} 1"#);
    assert_has(&page, r#"arena_named_info{name="\\",place="y"} 2"#);
    assert_has(&page, r#"arena_named_info{name="} 1\narena_plain_total 9",place="z"} 3"#);
    assert_has(&page, r#"arena_named_info{name="\\n",place="w"} 4"#);
    assert_has(&page, r#"arena_named_info{name="\\\"",place="v"} 5"#);
    assert_has(&page, "arena_plain_total 0");
}

#[test]
fn a_histogram_that_no_table_lists_keeps_nothing() {
    let page = page_after(|_| {
        let unlisted = Metric::histogram("arena_unlisted_seconds", SECONDS, "Nobody lists it.");
        unlisted.as_histogram().record(1.0);
    });
    assert!(!page.contains("arena_unlisted"), "{page}");
}

#[test]
fn however_many_ask_a_page_is_made_a_few_times_a_second() {
    use std::sync::atomic::AtomicU32;
    let recording = Recording::of(TABLE);
    let (series, histograms) = recording.readers();
    metrics::with_local_recorder(&recording, || {
        let exporter = Exporter::begin(TABLE, series, histograms);
        let (pages, made) = (AtomicU32::new(0), Mutex::new(None));
        let count = || {
            pages.fetch_add(1, Ordering::Relaxed);
        };
        let began = Instant::now();
        (0..1_000).for_each(|_| drop(exporter.page(&made, &count)));
        let most = began.elapsed().as_millis() / PAGE_AGE_MAX.as_millis() + 1;
        let pages = pages.load(Ordering::Relaxed);
        assert!(pages >= 1 && u128::from(pages) <= most, "{pages} pages where {most} are most");
    });
}

#[test]
fn buckets_that_do_not_ascend_are_refused() {
    let bad = Metric::histogram("arena_bad_seconds", &[2.0, 1.0], "Wrong way round.");
    let refused = Exporter::install(&[bad]).unwrap_err();
    assert!(matches!(refused, InstallError::Buckets { metric: "arena_bad_seconds" }), "{refused}");
}
