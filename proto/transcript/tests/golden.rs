//! What this build writes is what builds before it wrote, and what they wrote can still be read.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

mod support;

use std::path::{Path, PathBuf};

use support::{bundles, script};
use transcript::file::{pack, unpack};

/// How to make the golden files anew, and what to think of before.
const WHAT_TO_DO: &str = "the format of transcripts has changed. Stored records would have other addresses, and \
     older builds could not read them. If that is meant, raise transcript::VERSION and keep reading version \
     by version, or, before there is a release, run ARENA_REGENERATE=1 cargo test -p transcript --test golden \
     and say so in docs/transcripts.md";

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn is_regenerated(name: &str, bytes: &[u8]) -> bool {
    let is_wanted = std::env::var_os("ARENA_REGENERATE").is_some();
    if is_wanted {
        std::fs::write(golden(name), bytes).unwrap();
    }
    is_wanted
}

#[test]
fn a_record_is_written_as_ever() {
    let transcript = script().transcript();
    if !is_regenerated("record-1.jsonl", transcript.text().as_bytes()) {
        let wanted = std::fs::read_to_string(golden("record-1.jsonl")).unwrap();
        assert_eq!(transcript.text(), wanted, "{WHAT_TO_DO}");
    }
}

/// The packed bytes may change with the version of zstd; what is in them may not.
#[test]
fn a_file_of_an_earlier_build_is_read() {
    let (script, bundles) = (script(), bundles());
    let [zero, one] = &bundles.0;
    let packed = pack(&terms::BySeat([zero, one]), &script.record().record);
    // The first one was written by a build that knew no later version.
    for name in ["match-1.arena", "match-2.arena"] {
        if name == "match-2.arena" && is_regenerated(name, &packed) {
            continue;
        }
        let read = unpack(&std::fs::read(golden(name)).unwrap()).unwrap();
        assert_eq!(read.bundles, bundles, "{WHAT_TO_DO}");
        assert_eq!(read.transcript.text(), script.transcript().text(), "{WHAT_TO_DO}");
    }
}
