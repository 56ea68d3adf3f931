//! Dashboards, rules and alerts show a real tournament, asked of a real Prometheus.
//!
//! Prometheus runs with the configuration that is shipped, in which the test changes the coordinator's
//! address and the intervals, and nothing else.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers fail by panicking"
)]

#[path = "prometheus/lists.rs"]
mod lists;
#[path = "prometheus/rules.rs"]
mod rules;
#[path = "prometheus/scene.rs"]
mod scene;

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use arena_tests::boards::{PanelQuery, boards, deploy, docs, text};
use arena_tests::promql::{self, Selector};
use arena_tests::{Prometheus, Sample, get, promtool};
use lists::{MAY_BE_EMPTY, NOT_DRAWN};
use rules::{Rule, rules};
use scene::Scene;

/// Longest wait until everything that is asked for has been scraped, on a machine that does other things
/// as well, and how often it is asked for.
const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);

/// Something that is asked, by whom, and what its lines are called.
struct Question {
    from: String,
    expression: String,
    legend: String,
}

impl Question {
    /// What is wrong with the answer; nothing if all is well.
    fn complaint(&self, prometheus: &Prometheus) -> Option<String> {
        let said = match prometheus.query(&self.expression) {
            Err(error) => error,
            Ok(samples) if samples.iter().all(|sample| sample.value.is_nan()) => "no data".to_owned(),
            Ok(samples) => format!("no label {{{{{}}}}}", self.missing_label(&samples)?),
        };
        Some(format!("{}: {said}: {}", self.from, self.expression))
    }

    /// A label that is in the legend and in no series.
    fn missing_label(&self, samples: &[Sample]) -> Option<&str> {
        let mut labels = self.legend.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
        labels.find(|label| samples.iter().all(|sample| sample.labels.get(label).is_none()))
    }
}

/// What Grafana makes of a query, with those jobs and all instances chosen.
fn filled(expression: &str, jobs: &str) -> String {
    let chosen = expression.replace("$job", jobs).replace("$instance", ".+");
    let filled = chosen.replace("$__rate_interval", "20s");
    assert!(!filled.contains('$'), "a variable that nobody fills: {filled}");
    filled
}

/// What panels ask, where all jobs are chosen that their dashboard offers.
fn drawn(prometheus: &Prometheus) -> Vec<Question> {
    let offered = offered();
    let jobs = |board: &str| {
        let variable = offered.iter().find(|question| question.from == format!("{board}: variable job"));
        let samples = prometheus.query(&variable.unwrap().expression).unwrap();
        let jobs = samples.iter().map(|sample| sample.labels["job"].as_str().unwrap());
        jobs.collect::<BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join("|")
    };
    let asks = |query: PanelQuery| Question {
        expression: filled(&query.expression, &jobs(&query.board)),
        from: query.panel,
        legend: query.legend,
    };
    boards().into_iter().flat_map(|board| board.queries()).map(asks).collect()
}

/// What rules ask. An alert is quiet while all is well, so the series that it looks at are asked for.
fn ruled(rules: &[Rule]) -> Vec<Question> {
    let asks = |rule: &Rule, expression: String| Question {
        from: rule.name.clone(),
        expression,
        legend: String::new(),
    };
    let mut questions = Vec::new();
    for rule in rules {
        if !rule.is_alert {
            questions.push(asks(rule, rule.expression.clone()));
        }
        let series = promql::selectors(&rule.expression);
        questions.extend(series.iter().map(|selector| asks(rule, selector.text())));
    }
    questions
}

/// The choices that dashboards offer, name by name, and at last all names together.
fn offered() -> Vec<Question> {
    let mut questions = Vec::new();
    for board in boards() {
        let variables = board.json["templating"]["list"].as_array().unwrap();
        for variable in variables.iter().filter(|variable| variable["type"] == "query") {
            let asked = text(&variable["definition"]).trim_start_matches("label_values(");
            let (selector, label) = asked.rsplit_once(", ").unwrap();
            let legend = format!("{{{{{}}}}}", label.trim_end_matches(')'));
            let from = format!("{}: variable {}", board.name, text(&variable["name"]));
            let expression = filled(selector, ".+");
            for name in promql::selectors(&expression).iter().flat_map(Selector::names) {
                let (from, legend) = (format!("{from}, {name}"), legend.clone());
                questions.push(Question { from, expression: name.to_owned(), legend });
            }
            questions.push(Question { from, expression, legend });
        }
    }
    questions
}

/// Asks until everybody is answered, and says who is not.
fn ask_until_answered(prometheus: &Prometheus, mut open: Vec<Question>) -> Vec<String> {
    open.retain(|question| !MAY_BE_EMPTY.iter().any(|(from, _)| *from == question.from));
    let began = Instant::now();
    loop {
        let mut complaints = Vec::new();
        open.retain(|question| {
            let complaint = question.complaint(prometheus);
            complaints.extend(complaint.clone());
            complaint.is_some()
        });
        if complaints.is_empty() || began.elapsed() > PATIENCE {
            return complaints;
        }
        std::thread::sleep(POLL);
    }
}

/// The names in the tables of both programs, of which the documentation is made.
fn documented() -> BTreeSet<String> {
    let tables = [worker::metrics::TABLE, coordinator::metrics::TABLE, coordinator::metrics::BOTS];
    tables.into_iter().flatten().map(|metric| metric.name.to_owned()).collect()
}

/// The names of all metrics in a page of Prometheus' text format.
fn exported(page: &str) -> BTreeSet<String> {
    let types = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The name of the metric that a series is of.
fn family(series: &str, metrics: &BTreeSet<String>) -> String {
    let mut parts = ["_bucket", "_sum", "_count"].iter().filter_map(|part| series.strip_suffix(part));
    parts.find(|name| metrics.contains(*name)).unwrap_or(series).to_owned()
}

/// What is wrong with the names of metrics: each is drawn or on a list, and each that is used is there.
fn names_complaints(
    used: &BTreeSet<String>,
    exported: &BTreeSet<String>,
    recorded: &BTreeSet<String>,
) -> Vec<String> {
    let documented = documented();
    let used: BTreeSet<String> = used.iter().map(|series| family(series, exported)).collect();
    let listed: BTreeSet<String> = NOT_DRAWN.iter().map(|(name, _)| (*name).to_owned()).collect();
    // What Prometheus itself adds.
    let own = ["up", "ALERTS"].map(str::to_owned).into();
    let there: BTreeSet<String> =
        exported.iter().chain(recorded).cloned().chain::<BTreeSet<String>>(own).collect();
    let ours = |name: &&String| name.starts_with("arena_");
    let mut wrong = Vec::new();
    wrong.extend(used.difference(&there).map(|name| format!("{name} is used, and nobody exports it")));
    let known: BTreeSet<String> = used.union(&listed).cloned().collect();
    wrong.extend(exported.difference(&known).map(|name| format!("{name} is neither drawn nor listed")));
    wrong.extend(listed.intersection(&used).map(|name| format!("{name} is listed as not drawn, and is")));
    wrong.extend(listed.difference(exported).map(|name| format!("{name} is listed, and nobody exports it")));
    wrong.extend(
        documented.difference(exported).map(|name| format!("{name} is documented, and nobody exports it")),
    );
    wrong.extend(
        exported.difference(&documented).filter(ours).map(|name| format!("{name} is not documented")),
    );
    wrong
}

#[test]
fn dashboards_and_rules_show_a_real_tournament_with_hostile_bots() {
    let scene = Scene::start();
    let rules = rules(&scene.prometheus);
    assert!(rules.iter().filter(|rule| rule.is_alert).count() > 10, "this reads the rules wrongly");
    let unanswered = ask_until_answered(&scene.prometheus, offered());
    assert!(unanswered.is_empty(), "{unanswered:#?}\n{}", scene.prometheus.log());
    let questions: Vec<Question> = drawn(&scene.prometheus).into_iter().chain(ruled(&rules)).collect();
    let series: Vec<Selector> =
        questions.iter().flat_map(|question| promql::selectors(&question.expression)).collect();
    let used = series.iter().flat_map(Selector::names).map(str::to_owned).collect();
    let mut wrong = ask_until_answered(&scene.prometheus, questions);

    let pages =
        [(scene.coordinator, "/metrics"), (scene.coordinator, "/metrics/bots"), (scene.worker, "/metrics")];
    let mut exports = BTreeSet::new();
    for (address, path) in pages {
        let (status, page) = get(address, path).unwrap();
        wrong.extend((status != 200).then(|| format!("{path}: {status}")));
        wrong.extend(promtool(&["check", "metrics"], &page).err());
        exports.extend(exported(&page));
    }
    let recorded = rules.iter().filter(|rule| !rule.is_alert).map(|rule| rule.name.clone()).collect();
    wrong.extend(names_complaints(&used, &exports, &recorded));
    wrong.extend(promtool(&["check", "config", scene.prometheus.config().to_str().unwrap()], "").err());
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", scene.prometheus.log());

    let (runbooks, tests) = (docs("runbooks.md"), tests_of_rules());
    let alerts = rules.iter().filter(|rule| rule.is_alert);
    let wrong: Vec<String> = alerts.clone().flat_map(|alert| alert.complaints(&runbooks, &tests)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let sections: BTreeSet<&str> = runbooks.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(sections, alerts.map(|alert| alert.name.as_str()).collect(), "a runbook for each alert");
}

fn tests_of_rules() -> String {
    let paths = fs::read_dir(deploy("prometheus/tests")).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| fs::read_to_string(path).unwrap()).collect()
}
