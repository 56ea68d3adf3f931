//! One bot by its path.

use super::*;
use crate::read_bot;

fn refusal(bots: &Bots, path: &str) -> String {
    read_bot(&bots.0.path().join(path), &DEFAULTS).unwrap_err().to_string()
}

#[test]
fn a_lone_bot_is_the_one_that_a_tournament_takes() {
    let bots = Bots::with(&[("a.py", b"a = 1"), ("b/bot.py", b"b = 1"), ("b/lib/c.py", b"c = 1")]);
    let tournament = read_bots(bots.0.path(), &DEFAULTS).unwrap().contestants;
    let lone = ["a.py", "b"].map(|name| read_bot(&bots.0.path().join(name), &DEFAULTS).unwrap());
    assert_eq!(tournament, lone);
    assert_eq!(read_bot(&bots.0.path().join("b/lib/.."), &DEFAULTS).unwrap(), lone[1]);
}

#[test]
fn what_a_tournament_does_not_take_is_refused_with_the_reason() {
    let small = [("notes.txt", &b"x"[..]), (".hidden.py", b"x"), ("empty/readme.md", b"x"), ("a.zip", b"x")];
    let bots = Bots::with(&small);
    assert!(refusal(&bots, "gone.py").contains("No such file"));
    assert!(refusal(&bots, "notes.txt").ends_with("neither a .py, .wasm or .zip file nor a folder"));
    assert!(refusal(&bots, ".hidden.py").contains("is no bot"));
    assert!(refusal(&bots, "empty").ends_with("there is no .py or .wasm file in the folder"));
    assert!(refusal(&bots, "a.zip").starts_with("a.zip: "));
    let limits = Limits { source_bytes: 3, ..DEFAULTS };
    bots.put("large.py", b"12345");
    let refused = read_bot(&bots.0.path().join("large.py"), &limits).unwrap_err().to_string();
    assert!(refused.contains("larger than the 3 bytes allowed"), "{refused}");
}

#[test]
fn a_link_that_the_author_names_is_followed() {
    let bots = Bots::with(&[("elsewhere/mine.py", b"a = 1")]);
    let link = bots.0.path().join("link.py");
    std::os::unix::fs::symlink("elsewhere/mine.py", &link).unwrap();
    assert_eq!(read_bot(&link, &DEFAULTS).unwrap().name, "mine");
}
