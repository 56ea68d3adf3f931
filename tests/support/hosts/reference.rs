//! The tournaments of the stories, and what comes out of them when nothing happens.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::{Tournament, example_bots, write_bot};

/// Those of the examples that take part.
const BOTS: [&str; 6] = ["circler", "gambler", "hunter", "idle", "rammer", "spinner"];

/// What is played.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tale {
    /// Names and sources.
    bots: Vec<(String, String)>,
    arguments: Vec<&'static str>,
}

impl Tale {
    /// A tournament of the examples with more arguments.
    pub fn with(arguments: &[&'static str]) -> Tale {
        let read = |name: &&str| {
            let source = fs::read_to_string(example_bots().join(format!("{name}.py")));
            ((*name).to_owned(), source.expect("an example of ours"))
        };
        Tale { bots: BOTS.iter().map(read).collect(), arguments: arguments.to_vec() }
    }

    /// The one that most stories play: some seconds of work.
    pub fn usual() -> Tale {
        Tale::with(&["--rounds", "4"])
    }

    /// The same with one more bot.
    #[must_use]
    pub fn and(mut self, name: &str, source: &str) -> Tale {
        self.bots.push((name.to_owned(), source.to_owned()));
        self
    }

    pub(super) fn arguments(&self) -> &[&'static str] {
        &self.arguments
    }

    pub(super) fn write_bots(&self, folder: &Path) {
        self.bots
            .iter()
            .for_each(|(name, source)| write_bot(folder, &format!("{name}.py"), source.as_bytes()));
    }
}

/// What comes out when nothing happens, played once for every tale.
#[derive(Debug)]
pub(super) struct Reference;

impl Reference {
    /// The lasting part of the document.
    pub(super) fn of(tale: &Tale) -> &'static Value {
        static KNOWN: Mutex<BTreeMap<Tale, &'static Value>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        // A test's process has few of them, and they are needed until its end.
        known.entry(tale.clone()).or_insert_with(|| Box::leak(Box::new(play(tale))))
    }
}

fn play(tale: &Tale) -> Value {
    let bots = tempfile::tempdir().expect("a temporary folder");
    tale.write_bots(bots.path());
    Tournament::of(bots.path()).with(tale.arguments()).run().expect_code(0).lasting()
}
