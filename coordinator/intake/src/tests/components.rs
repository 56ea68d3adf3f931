//! Bots that are WebAssembly components, and what is taken for one.

use super::*;

/// As much of a component as intake looks at.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0code";

fn files(intake: &Intake, bot: usize) -> Vec<(&str, &[u8])> {
    intake.contestants[bot].bundle.files().collect()
}

#[test]
fn a_component_comes_as_a_file_a_folder_or_an_archive() {
    let bots = Bots::with(&[
        ("alone.wasm", COMPONENT),
        ("folder/bot.wasm", COMPONENT),
        ("folder/book.txt", b"openings"),
        ("LOUD.WASM", COMPONENT),
    ]);
    bots.put("nested.zip", &zip_maker::plain(&[("my/bot.wasm", COMPONENT), ("my/book.txt", b"openings")]));
    let intake = bots.read().unwrap();
    assert_eq!(names(&intake), ["LOUD", "alone", "folder", "nested"]);
    assert_eq!(files(&intake, 1), [("bot.wasm", COMPONENT)]);
    assert_eq!(files(&intake, 2), [("book.txt", &b"openings"[..]), ("bot.wasm", COMPONENT)]);
    assert_eq!(intake.notes(), ["identical bots: LOUD, alone", "identical bots: folder, nested"]);
}

#[test]
fn what_is_no_component_is_named_by_its_first_bytes() {
    let bots = Bots::with(&[
        ("a.py", b"a"),
        ("core.wasm", b"\0asm\x01\0\0\0"),
        ("cut.wasm", b"\0asm\x0d"),
        ("empty.wasm", b""),
        ("inside/bot.wasm", b"\0asm\x01\0\0\0"),
        ("new.wasm", b"\0asm\x0e\0\x01\0"),
        ("noise.wasm", &[0xfe; 99]),
        ("text.wasm", b"(component)"),
    ]);
    bots.put("packed.zip", &zip_maker::plain(&[("bot.wasm", b"")]));
    let what = "a bot in WebAssembly is a component that implements proto/bot.wit";
    let told = [
        ("core.wasm", "it is a core module, not a component"),
        ("cut.wasm", "it ends after its first few bytes"),
        ("empty.wasm", "it is empty"),
        ("inside", "it is a core module, not a component"),
        ("new.wasm", "it is of a version that is not known here"),
        ("noise.wasm", "it does not begin like WebAssembly"),
        ("packed.zip", "it is empty"),
        ("text.wasm", "it is a text file"),
    ];
    let told: Vec<String> = told.iter().map(|(entry, why)| format!("{entry}: {why}; {what}")).collect();
    assert_eq!(bots.problems(), told);
}

#[test]
fn a_bot_with_two_starts_is_refused() {
    let bots = Bots::with(&[("a.py", b"a"), ("two/bot.py", b"x"), ("two/bot.wasm", COMPONENT)]);
    bots.put("zip.zip", &zip_maker::plain(&[("z/bot.py", b"x"), ("z/bot.wasm", COMPONENT)]));
    let why = "it has both a bot.py and a bot.wasm; remove the one that it does not start with";
    assert_eq!(bots.problems(), [format!("two: {why}"), format!("zip.zip: {why}")]);
}

#[test]
fn a_component_of_another_name_is_told_what_to_do() {
    let bots =
        Bots::with(&[("a.py", b"a"), ("deep/release/bot.wasm", COMPONENT), ("named/hunter.wasm", COMPONENT)]);
    assert_eq!(
        bots.problems(),
        [
            "deep: it has no bot.wasm at its top level; move the contents of release up to where it is"
                .to_owned(),
            "named: it has no bot.wasm at its top level; rename the file it starts with (it has hunter.wasm)"
                .to_owned(),
        ]
    );
}

#[test]
fn components_share_their_names_and_limits_with_other_bots() {
    let bots = Bots::with(&[("a.py", b"a"), ("a.wasm", COMPONENT), ("b.py", b"b")]);
    assert_eq!(bots.problems(), ["a.py: the name \"a\" is also that of a.wasm; rename all but one of them"]);
    let large = [COMPONENT, &[0; 1 << 20]].concat();
    let bots = Bots::with(&[("a.wasm", &large), ("b.py", b"b")]);
    assert!(matches!(bots.problems().as_slice(), [one] if one.contains("larger than the 1048576 bytes")));
    let raised = Limits { source_bytes: 2 << 20, ..DEFAULTS };
    assert_eq!(names(&bots.read_within(raised).unwrap()), ["a", "b"]);
}
