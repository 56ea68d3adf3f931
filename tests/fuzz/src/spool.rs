//! What a worker finds in its spool: somebody else may have written it.
#![expect(clippy::panic, reason = "a broken promise is a panic, which is what is looked for")]

use terms::{HostFault, Scores, Verdict};
use worker::cluster::spool::{Author, BadEntry, Entry};

use crate::Target;
use crate::seeds;

pub(crate) const TARGET: Target = Target { name: "spool", run, seeds: good, words: &["arenares"] };

const AUTHOR: Author = Author { instance: 1, boot: 2 };
const DIGEST_BYTES: usize = 32;

/// The input gets the digest that belongs to it: otherwise all that is found is that it has none.
fn run(input: &[u8]) -> String {
    let file = [input, blake3::hash(input).as_bytes()].concat();
    match Entry::decode(&file) {
        Err(BadEntry::Nonsense(bad)) => format!("nonsense: {bad}"),
        // Lengths and versions are as many as there are inputs.
        Err(bad) => format!("{bad:?}").chars().take_while(|c| c.is_alphanumeric()).collect(),
        Ok(entry) => {
            let again = Entry::encode(entry.author, &entry.report);
            if Entry::decode(&again).as_ref() != Ok(&entry) {
                panic!("a result does not survive the spool");
            }
            "a result".into()
        }
    }
}

fn good() -> Vec<Vec<u8>> {
    let verdicts = [Verdict::Played(Scores::DRAW), Verdict::Void(HostFault::ShimDied)];
    let without_digest = |verdict| {
        let mut file = Entry::encode(AUTHOR, &seeds::report(verdict));
        file.truncate(file.len().saturating_sub(DIGEST_BYTES));
        file
    };
    verdicts.map(without_digest).into()
}
