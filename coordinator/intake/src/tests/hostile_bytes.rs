//! Whatever the bytes, reading an archive ends, without a panic and within the limits.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::archive::unpack;
use super::zip_maker::{Item, archive, end};
use super::*;

fn is_within_limits(packed: &[u8]) {
    if let Ok(bundle) = unpack(packed, &DEFAULTS) {
        assert!(bundle.contains("bot.py") != bundle.contains("bot.wasm"));
        assert!(bundle.content_bytes() <= DEFAULTS.source_bytes as usize);
        assert!(bundle.files().len() <= DEFAULTS.source_files as usize);
    }
}

static VALID: LazyLock<Vec<u8>> = LazyLock::new(|| {
    archive(&[
        Item::stored("d/bot.py", b"x = 1\n"),
        Item::stored("d/lib/aim.py", &[7; 100]),
        Item::zeros("d/data", 2, 2 << 16),
        Item::zeros("d/__pycache__/bot.pyc", 1, 1 << 16),
    ])
});

#[test]
fn every_byte_of_an_archive_may_be_any_extreme() {
    let valid = &*VALID;
    is_within_limits(valid);
    assert!(unpack(valid, &DEFAULTS).is_ok());
    for at in 0..valid.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff, valid[at] ^ 1, valid[at].wrapping_add(1)] {
            let mut bytes = valid.clone();
            bytes[at] = value;
            is_within_limits(&bytes);
        }
        is_within_limits(&valid[..at]);
        is_within_limits(&valid[at..]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn noise_is_no_archive(bytes: Vec<u8>) {
        is_within_limits(&bytes);
    }

    #[test]
    fn noise_with_an_end_that_fits_is_no_archive_either(
        noise in prop::collection::vec(any::<u8>(), 0..300),
        entries in 0u16..5,
        start in 0usize..300,
    ) {
        let start = start.min(noise.len());
        let mut bytes = noise;
        bytes.splice(start..start, *b"PK\x01\x02");
        let size = bytes.len() - start;
        bytes.extend(end(entries, size as u32, start as u32));
        is_within_limits(&bytes);
    }

    #[test]
    fn an_archive_with_many_wounds_does_no_harm(
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        moved in any::<(prop::sample::Index, prop::sample::Index, u8)>(),
    ) {
        let mut bytes = VALID.clone();
        for (at, value) in wounds {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        is_within_limits(&bytes);
        let (from, to) = (moved.0.index(bytes.len()), moved.1.index(bytes.len()));
        let len = usize::from(moved.2).min(bytes.len() - from.max(to));
        bytes.copy_within(from..from + len, to);
        is_within_limits(&bytes);
    }
}
