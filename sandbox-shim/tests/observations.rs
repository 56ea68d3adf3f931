//! A bot sees the same observation, whichever way it comes: as text, or as our interpreter reads it fastest.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use support::{Answer, Child, Usage, Zygote};

/// Shows what it sees, types and order included.
const SHOW: &str = "def bot_main(data):\n    return {'actions': [], 'debug_info': repr(data[0])}\n";

const VALUES: &[&str] = &[
    "null",
    "[true,false,[],{},\"\"]",
    "[0,-0,7,-7,2147483647,2147483648,-2147483648,-2147483649,9223372036854775807,-9223372036854775808]",
    "[9223372036854775808,123456789012345678901234567890]",
    "[0.0,-0.0,1.5,-3.25,0.1,1e3,1E+3,1e-7,5e-324,2.2250738585072014e-308,1.7976931348623157e308,1e999,-1e999]",
    "[0.30000000000000004,9007199254740993.0,123456789.123456789,210.33,-1.9071,100.0]",
    "{\"b\":1,\"a\":2,\"b\":3}",
    "{\"x\":{\"x\":{\"y\":[{\"x\":1},{\"y\":2}]}},\"\":0,\"\u{e9}\":1,\"\u{1f600}\":\"\u{1f600}\"}",
    " { \"a\" : [ 1 , 2 ] , \"b\" : \"c d\" } ",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
];

fn shown(child: &mut Child, observation: &str) -> (Usage, String) {
    match child.turn_with(observation) {
        Answer::Reply(usage, reply) => (usage, reply),
        other => panic!("{observation}: {other:?}"),
    }
}

#[test]
fn a_bot_cannot_tell_how_an_observation_came() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    assert!(matches!(child.load(SHOW), Answer::Loaded(_)));
    let long = format!("[\"{}\",{{\"{}\":\"{}\"}}]", "a".repeat(255), "b".repeat(256), "\u{e9}".repeat(300));
    for value in VALUES.iter().copied().chain([long.as_str()]) {
        // An escape is unusual, so the second comes as text.
        let (_, translated) = shown(&mut child, &format!("[{value},\"A\"]"));
        let (_, text) = shown(&mut child, &format!("[{value},\"\\u0041\"]"));
        assert_eq!(translated, text, "{value}");
    }
}

#[test]
fn what_is_translated_is_read_for_less_fuel() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    assert!(matches!(child.load("def bot_main(data):\n    return []\n"), Answer::Loaded(_)));
    let value = support::observation(7);
    let (translated, _) = shown(&mut child, &format!("[{value},\"A\"]"));
    let (text, _) = shown(&mut child, &format!("[{value},\"\\u0041\"]"));
    assert!(translated.fuel * 10 < text.fuel * 7, "{} and {}", translated.fuel, text.fuel);
}
