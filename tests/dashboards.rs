//! Dashboards, rules and runbooks say what they must, in the form that Grafana, Prometheus and their readers
//! expect. What they show of a real tournament is for `prometheus.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use arena_tests::boards::{Board, boards, deploy, docs, text};
use arena_tests::{bin, promql, promtool};
use serde_json::{Value, json};

/// Between what a panel shows and what to do when it looks bad.
const BAD: &str = "\n\n**When it looks bad:** ";

/// Checks every panel, and names those that are wrong.
fn check_panels(rule: &str, is_right: impl Fn(&Board, &Value) -> bool) {
    let mut wrong = Vec::new();
    for board in boards() {
        for panel in board.panels().into_iter().filter(|panel| !is_right(&board, panel)) {
            wrong.push(format!("{}: {}", board.name, panel["title"]));
        }
    }
    assert!(wrong.is_empty(), "{rule}: {wrong:#?}");
}

/// Checks every query with its variables, and names those that are wrong.
fn check_queries(rule: &str, is_right: impl Fn(&str) -> bool) {
    let queries = boards().into_iter().flat_map(|board| board.queries());
    let wrong = queries.filter(|query| !is_right(&query.expression));
    let wrong: Vec<String> = wrong.map(|query| format!("{}: {}", query.panel, query.expression)).collect();
    assert!(wrong.is_empty(), "{rule}: {wrong:#?}");
}

#[test]
fn dashboards_are_what_their_generator_makes() {
    let made = tempfile::tempdir().unwrap();
    let mut command = Command::new("python3");
    command.arg("-B").arg(deploy("grafana/generate")).arg(made.path());
    assert!(command.status().unwrap().success());
    for board in boards() {
        let file = format!("{}.json", board.name);
        let (new, old) = (made.path().join(&file), deploy("grafana/dashboards").join(&file));
        let is_same = fs::read(new).ok() == fs::read(old).ok();
        assert!(is_same, "{file} differs: run python3 deploy/grafana/generate");
    }
    assert_eq!(fs::read_dir(made.path()).unwrap().count(), boards().len());
}

#[test]
fn dashboards_can_be_provisioned_anywhere() {
    let names: Vec<String> = boards().into_iter().map(|board| board.name).collect();
    assert_eq!(names, ["coordinator", "sandbox", "tournament", "workers"]);
    for Board { name, json: board } in boards() {
        assert_eq!(board["id"], Value::Null, "{name}: the number is given by Grafana");
        assert_eq!(board["uid"], format!("arena-{name}"), "links name it");
        assert!(!text(&board["title"]).is_empty() && !text(&board["description"]).is_empty(), "{name}");
        let variables = board["templating"]["list"].as_array().unwrap();
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|variable| (text(&variable["name"]), text(&variable["type"]))).collect();
        assert_eq!(
            variables,
            [("datasource", "datasource"), ("job", "query"), ("instance", "query")],
            "{name}"
        );
        assert!(!board.to_string().contains("__inputs"), "{name} was exported for sharing");
    }
}

#[test]
fn links_lead_to_dashboards_that_there_are() {
    for Board { name, json: board } in boards() {
        let links = board["links"].as_array().unwrap();
        let targets: BTreeSet<&str> = links.iter().map(|link| text(&link["url"])).collect();
        let others = boards().into_iter().filter(|other| other.name != name);
        let others: BTreeSet<String> = others
            .map(|other| format!("/d/{}?var-datasource=${{datasource}}", text(&other.json["uid"])))
            .collect();
        assert_eq!(targets, others.iter().map(String::as_str).collect(), "{name}");
        assert_eq!(board.to_string().matches("\"links\"").count(), 1, "{name}: a panel has links of its own");
    }
}

#[test]
fn every_panel_says_what_it_shows_in_which_unit_and_what_to_do() {
    check_panels("a title", |_, panel| !text(&panel["title"]).is_empty());
    check_panels("what it shows, and what to do when it looks bad", |_, panel| {
        let parts = text(&panel["description"]).split_once(BAD);
        parts.is_some_and(|(shows, todo)| {
            shows.len() > 20 && shows.ends_with('.') && todo.len() > 20 && todo.ends_with(['.', '?'])
        })
    });
    check_panels("a unit", |_, panel| !text(&panel["fieldConfig"]["defaults"]["unit"]).is_empty());
    check_panels("the unit at the axis of a heat map", |_, panel| {
        panel["type"] != "heatmap"
            || panel["options"]["yAxis"]["unit"] == panel["fieldConfig"]["defaults"]["unit"]
    });
    check_panels("a title of its own", |board, panel| {
        board.panels().iter().filter(|other| other["title"] == panel["title"]).count() == 1
    });
}

#[test]
fn every_panel_asks_the_chosen_prometheus() {
    let chosen = json!({"type": "prometheus", "uid": "${datasource}"});
    check_panels("the chosen data source", |_, panel| {
        let targets = panel["targets"].as_array().unwrap();
        !targets.is_empty() && targets.iter().chain([panel]).all(|asks| asks["datasource"] == chosen)
    });
    check_panels("letters of queries", |_, panel| {
        let targets = panel["targets"].as_array().unwrap();
        let letters: BTreeSet<&str> = targets.iter().map(|target| text(&target["refId"])).collect();
        letters.len() == targets.len() && !letters.contains("")
    });
}

#[test]
fn queries_ask_for_the_chosen_jobs_and_instances_and_for_rates_that_fit_the_screen() {
    check_queries("the chosen jobs and instances", |expression| {
        let asked = promql::selectors(expression);
        let is_scoped = |matchers: &str| matchers.starts_with(r#"job=~"$job", instance=~"$instance""#);
        !asked.is_empty() && asked.iter().all(|selector| is_scoped(&selector.matchers))
    });
    check_queries("an interval that fits the screen", |expression| {
        let intervals = expression.matches('[').count();
        let rates: usize = ["rate(", "increase("].iter().map(|rate| expression.matches(rate).count()).sum();
        intervals == rates && intervals == expression.matches("[$__rate_interval]").count()
    });
    // It would hide a name that is not there.
    check_queries("no made-up values", |expression| !expression.contains("vector("));
}

#[test]
fn panels_have_numbers_and_places_of_their_own() {
    for board in boards() {
        let top = board.json["panels"].as_array().unwrap();
        let all: Vec<&Value> =
            top.iter().filter(|panel| panel["type"] == "row").chain(board.panels()).collect();
        let numbers: BTreeSet<u64> = all.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
        assert_eq!(numbers.len(), all.len(), "{}: numbers of panels", board.name);
        let mut taken = BTreeSet::new();
        for panel in all {
            let place = |side: &str| panel["gridPos"][side].as_u64().unwrap();
            let (left, top, right) = (place("x"), place("y"), place("x") + place("w"));
            assert!(right <= 24, "{}: {} is too far right", board.name, panel["title"]);
            for cell in (left..right).flat_map(|x| (top..top + place("h")).map(move |y| (x, y))) {
                assert!(taken.insert(cell), "{}: {} covers another panel", board.name, panel["title"]);
            }
        }
    }
}

/// Everything that dashboards and runbooks say to their readers.
fn prose() -> Vec<(String, String)> {
    let mut prose = vec![("docs/runbooks.md".to_owned(), docs("runbooks.md"))];
    for board in boards() {
        for panel in board.panels() {
            prose.push((
                format!("{}: {}", board.name, panel["title"]),
                text(&panel["description"]).to_owned(),
            ));
        }
    }
    prose
}

#[test]
fn advice_names_flags_panels_and_runbooks_that_there_are() {
    let mut help = String::new();
    for program in ["coordinator", "worker"] {
        let output = Command::new(bin(program)).arg("--help").output().unwrap();
        help += &String::from_utf8(output.stdout).unwrap();
    }
    // `--sample` is of a command of the coordinator.
    let is_flag = |word: &&str| {
        let name = word.strip_prefix("--").unwrap_or_default();
        name.starts_with(|first: char| first.is_ascii_lowercase()) && name != "sample"
    };
    let titles: BTreeSet<String> = boards()
        .iter()
        .flat_map(|board| {
            board.panels().into_iter().map(|panel| text(&panel["title"]).to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let dashboards: BTreeSet<String> =
        boards().iter().map(|board| text(&board.json["title"]).to_owned()).collect();
    let runbooks = docs("runbooks.md");
    for (place, prose) in prose() {
        let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '-';
        for flag in prose.split(|letter| !is_part(letter)).filter(is_flag) {
            assert!(
                help.contains(&format!("{flag} ")) || help.contains(&format!("{flag}\n")),
                "{place}: there is no {flag}"
            );
        }
        // Words of their own are states and labels; several together are titles.
        let prose = prose.replace("**", "");
        for title in prose.split('*').skip(1).step_by(2).filter(|name| name.contains(' ')) {
            let is_there = titles.contains(title) || dashboards.contains(title);
            assert!(is_there, "{place}: there is no panel or dashboard {title:?}");
        }
        for alert in prose.split("runbook of ").skip(1) {
            let alert: String = alert.chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(runbooks.contains(&format!("\n### {alert}\n")), "{place}: no runbook of {alert}");
        }
    }
}

#[test]
fn links_within_the_runbooks_lead_somewhere() {
    let runbooks = docs("runbooks.md");
    for link in runbooks.split("](#").skip(1) {
        let anchor = link.split(')').next().unwrap();
        let headings = runbooks.lines().filter_map(|line| line.strip_prefix("### "));
        assert!(headings.map(str::to_lowercase).any(|heading| heading == anchor), "#{anchor} leads nowhere");
    }
}

/// The other tests would say nothing about series that they do not see.
#[test]
fn whatever_chooses_series_is_found_in_a_query() {
    for (expression, found) in [
        ("up", vec!["up"]),
        (
            r#"sum by (job, le) (rate(a_total{x="}", y=~"b\"{"}[5m])) / on (job) group_left () c:d"#,
            vec![r#"a_total{x="}", y=~"b\"{"}"#, "c:d"],
        ),
        ("max(a) without (b) > 5e6 unless c offset 5m or d[$__rate_interval]", vec!["a", "c", "d"]),
        (r#"count({__name__=~"a|b", job="c"}) == bool 1"#, vec![r#"{__name__=~"a|b", job="c"}"#]),
        (r#"label_replace(a, "b", "$1", "c", "(.*)") and b{}"#, vec!["a", "b"]),
    ] {
        let selectors = promql::selectors(expression);
        assert_eq!(selectors.iter().map(promql::Selector::text).collect::<Vec<_>>(), found, "{expression}");
    }
    assert_eq!(promql::selectors(r#"{__name__=~"a|b"}"#)[0].names(), ["a", "b"]);
}

#[test]
fn promtool_agrees_with_what_is_shipped_and_alerts_fire_when_they_should() {
    let files = |folder: &str| fs::read_dir(deploy(folder)).unwrap().map(|entry| entry.unwrap().path());
    let config = [deploy("prometheus/prometheus.yml")];
    let checks = [
        (["check", "config"], config.to_vec()),
        (["check", "rules"], files("prometheus/rules").collect()),
        (["test", "rules"], files("prometheus/tests").collect()),
    ];
    for (words, files) in checks {
        assert!(!files.is_empty(), "{words:?}");
        let arguments = words.into_iter().chain(files.iter().map(|path| path.to_str().unwrap()));
        promtool(&arguments.collect::<Vec<_>>(), "").unwrap();
    }
}
