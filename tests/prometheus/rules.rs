//! The rules that are shipped, as the Prometheus that runs with them tells of them.

use arena_tests::Prometheus;
use arena_tests::boards::text;
use serde_json::Value;

/// A recording rule or an alert.
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) expression: String,
    pub(crate) is_alert: bool,
    pub(crate) json: Value,
}

/// All of them.
pub(crate) fn rules(prometheus: &Prometheus) -> Vec<Rule> {
    let answer = prometheus.ask("rules", &[]).expect("it tells its rules");
    let groups = answer["groups"].as_array().expect("groups are a list");
    let all = groups.iter().flat_map(|group| group["rules"].as_array().expect("rules are a list"));
    all.map(|rule| Rule {
        name: text(&rule["name"]).to_owned(),
        expression: text(&rule["query"]).to_owned(),
        is_alert: rule["type"] == "alerting",
        json: rule.clone(),
    })
    .collect()
}

impl Rule {
    /// What is wrong with it as an alert; nothing if all is well.
    pub(crate) fn complaints(&self, runbooks: &str, tests: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut demand = |is_so: bool, what: &str| {
            if !is_so {
                wrong.push(format!("{}: {what}", self.name));
            }
        };
        let said = &self.json["annotations"];
        demand(["critical", "warning"].contains(&text(&self.json["labels"]["severity"])), "a severity");
        demand(!text(&said["summary"]).is_empty(), "a summary");
        demand(text(&said["description"]).ends_with('.'), "a description in sentences");
        let anchor = format!("docs/runbooks.md#{}", self.name.to_lowercase());
        demand(said["runbook_url"] == anchor, "its own section of the runbooks");
        let section = runbooks.split_once(&format!("\n### {}\n", self.name)).map(|(_, behind)| behind);
        let section = section.and_then(|behind| behind.split("\n### ").next()).unwrap_or_default();
        for part in ["**What it means.**", "**How to look.**", "**What to do.**"] {
            demand(section.contains(part), part);
        }
        // As the tests of rules are written: what fires is listed, and what does not is an empty list.
        let cases: Vec<&str> = tests.split(&format!("alertname: {}", self.name)).skip(1).collect();
        let is_quiet = |case: &&str| case.starts_with(", exp_alerts: []");
        let fires = |case: &&str| case.trim_start().starts_with("exp_alerts:\n");
        demand(cases.iter().any(is_quiet), "a test in which it does not fire");
        demand(cases.iter().any(fires), "a test in which it fires");
        wrong
    }
}
