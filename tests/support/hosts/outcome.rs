//! What came out of a tournament on hosts, and what would have come out had nothing happened.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Run, first_difference};

/// A finished tournament.
#[derive(Debug)]
pub struct Outcome {
    json: Value,
    log: String,
}

impl Outcome {
    /// What a run left, which must be equal to the reference byte for byte, but for the fields in
    /// which equal runs may differ.
    pub(super) fn of(run: Run, reference: &Value) -> Outcome {
        let run = run.expect_code(0);
        let lasting = run.lasting();
        let difference = first_difference(&lasting, reference);
        let (ours, theirs) = (lasting.to_string(), reference.to_string());
        assert!(
            ours == theirs,
            "the results differ from those of an undisturbed run at {}\n{}",
            difference.unwrap_or_default(),
            run.stderr
        );
        Outcome { json: run.json, log: run.stderr }
    }

    /// Everything that the coordinator said, in all its lives.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// How often a match's try came to nothing, or all that a worker had went to others.
    pub fn setbacks(&self) -> usize {
        let said = |what: &str| self.log.matches(what).count();
        said("is played again worker=") + said("what it had goes to others")
    }

    /// Results that are not of the first try.
    pub fn retried(&self) -> usize {
        self.matches().filter(|played| played["attempt"] != 1).count()
    }

    /// Matches that an earlier life of the coordinator recorded.
    pub fn resumed(&self) -> usize {
        self.matches().filter(|played| played["cached"] == true).count()
    }

    /// How many matches each worker played.
    pub fn played_by(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        let names = self.matches().filter_map(|played| played["worker"].as_str());
        names.for_each(|name| *counts.entry(name.to_owned()).or_default() += 1);
        counts
    }

    fn matches(&self) -> impl Iterator<Item = &Value> {
        self.json["matches"].as_array().into_iter().flatten()
    }
}
