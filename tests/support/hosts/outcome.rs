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

    /// How often a match was given to somebody else because its try had come to nothing.
    pub fn setbacks(&self) -> usize {
        self.log.matches("is played again worker=").count()
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
