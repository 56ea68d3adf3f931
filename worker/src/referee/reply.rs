//! From the bytes that a bot returned to the actions it wants.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// What the guest makes of whatever a bot returned. Other keys are the bot's own affair.
#[derive(Deserialize)]
struct Reply {
    actions: Vec<Value>,
    #[serde(default, rename = "debug_info")]
    _debug_info: IgnoredAny,
}

/// The actions of a reply. Its length was bounded before it came here (64 KiB, so at most 32 768
/// values); its depth is bounded by the parser (128); a number that does not fit a double is
/// refused, and so is a second `actions`. Keys that nobody reads may be there twice.
///
/// # Errors
/// What is wrong with it, as a sentence for the bot's author.
pub fn actions(reply: &[u8]) -> Result<Vec<Value>, String> {
    // Serde would take a list for the fields of a struct in their order; a reply is an object.
    if !reply.trim_ascii_start().starts_with(b"{") {
        return Err("the reply is not {\"actions\": [...]} in JSON: it is no object".into());
    }
    serde_json::from_slice::<Reply>(reply)
        .map(|reply| reply.actions)
        .map_err(|error| format!("the reply is not {{\"actions\": [...]}} in JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn good_replies_give_their_actions() {
        assert_eq!(actions(br#"{"actions":[]}"#), Ok(vec![]));
        let reply = br#"{"actions":["FORWARD"],"debug_info":{"a":[1,{"b":null}]},"mood":3}"#;
        assert_eq!(actions(reply), Ok(vec![Value::from("FORWARD")]));
        // What nobody reads is skipped without a stack, however deep it is.
        let nested =
            [r#"{"actions":[],"debug_info":"#, &"[".repeat(30_000), &"]".repeat(30_000), "}"].concat();
        assert_eq!(actions(nested.as_bytes()), Ok(vec![]));
    }

    #[test]
    fn bad_replies_say_what_is_wrong() {
        let deep = format!(r#"{{"actions":[{}1{}]}}"#, "[".repeat(200), "]".repeat(200));
        let cases: [(&[u8], &str); 13] = [
            (b"", "no object"),
            (b"null", "no object"),
            (br#"[["FORWARD"]]"#, "no object"),
            (b"{", "EOF"),
            (b"{}", "missing field `actions`"),
            (br#"{"actions":{}}"#, "expected a sequence"),
            (br#"{"actions":[],"actions":["SHOOT"]}"#, "duplicate field `actions`"),
            (br#"{"actions":[]} {"actions":[]}"#, "trailing characters"),
            (br#"{"actions":["\ud800"]}"#, "hex escape"),
            (br#"{"actions":[1e999]}"#, "number out of range"),
            (br#"{"actions":[NaN]}"#, "expected value"),
            (b"{\"actions\":[\"\xff\"]}", "unicode"),
            (deep.as_bytes(), "recursion limit"),
        ];
        for (reply, complaint) in cases {
            let refused = actions(reply).unwrap_err();
            assert!(refused.contains(complaint), "{}: {refused}", String::from_utf8_lossy(reply));
        }
    }

    /// The most that fits into 64 KiB of everything that costs a parser more than it costs a bot.
    #[test]
    fn the_largest_replies_are_read_in_bounded_memory() {
        let full = |piece: &str, until: usize| piece.repeat(until / piece.len());
        let texts = [
            full("[", 65_000),
            format!(r#"{{"actions":{}"#, full("[", 65_000)),
            format!(r#"{{"actions":[{}0]}}"#, full("0,", 65_000)),
            format!(r#"{{"actions":[{}0]}}"#, full("[],", 65_000)),
            format!(r#"{{"actions":[{}]}}"#, full("9", 65_000)),
            format!(r#"{{"actions":[0.{}1e-{}]}}"#, full("0", 60_000), full("9", 4_000)),
            format!(r#"{{"actions":[],{}"x":0}}"#, full(r#""x":0,"#, 65_000)),
        ];
        for text in texts {
            assert!(text.len() <= 65_536);
            let values = actions(text.as_bytes()).map_or(0, |actions| actions.len());
            assert!(values <= 65_536 / 2);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_actions_or_a_sentence(bytes: Vec<u8>) {
            let _ = actions(&bytes);
        }
    }
}
