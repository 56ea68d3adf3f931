//! From a reply's list of actions to what a ship does in one tick.

use serde_json::Value;

use crate::{ACTIONS_MAX, BadAction};

/// The actions of spacecode, for error messages.
const KNOWN: &str = "FORWARD, LEFT, RIGHT, SHOOT";

/// What a ship does in one tick. Naming an action twice is the same as naming it once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orders {
    pub(super) forward: bool,
    pub(super) left: bool,
    pub(super) right: bool,
    pub(super) shoot: bool,
}

impl Orders {
    /// Reads a list of actions.
    pub(super) fn read(actions: &[Value]) -> Result<Orders, BadAction> {
        if actions.len() > ACTIONS_MAX {
            return Err(BadAction::TooMany { count: actions.len() });
        }
        let mut orders = Orders::default();
        for (index, entry) in actions.iter().enumerate() {
            match entry.as_str() {
                Some("FORWARD") => orders.forward = true,
                Some("LEFT") => orders.left = true,
                Some("RIGHT") => orders.right = true,
                Some("SHOOT") => orders.shoot = true,
                _ => return Err(BadAction::of(index, entry, KNOWN)),
            }
        }
        Ok(orders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(actions: Value) -> Result<Orders, String> {
        Orders::read(actions.as_array().unwrap()).map_err(|bad| bad.to_string())
    }

    #[test]
    fn actions_are_a_set() {
        let turn = Orders { left: true, shoot: true, ..Orders::default() };
        assert_eq!(read(json!([])), Ok(Orders::default()));
        assert_eq!(read(json!(["SHOOT", "LEFT", "LEFT"])), Ok(turn));
    }

    #[test]
    fn what_is_no_action_is_named() {
        for (actions, message) in [
            (json!(["LEFT", "FIRE"]), "actions[1] is \"FIRE\", which is none of FORWARD, LEFT, RIGHT, SHOOT"),
            (json!(["left"]), "actions[0] is \"left\", which is none of FORWARD, LEFT, RIGHT, SHOOT"),
            (
                json!([1]),
                "actions[0] is a number, but an action is one of the texts FORWARD, LEFT, RIGHT, SHOOT",
            ),
            (
                json!([["LEFT"]]),
                "actions[0] is a list, but an action is one of the texts FORWARD, LEFT, RIGHT, SHOOT",
            ),
            (
                json!([null]),
                "actions[0] is null, but an action is one of the texts FORWARD, LEFT, RIGHT, SHOOT",
            ),
            (json!(vec!["LEFT"; 10_000]), "10000 actions in one reply, but at most 16 are read"),
        ] {
            assert_eq!(read(actions), Err(message.to_owned()));
        }
    }

    #[test]
    fn a_long_text_is_quoted_only_in_part() {
        let message = read(json!(["é\n".repeat(30_000)])).unwrap_err();
        assert!(message.contains('…') && message.len() < 200, "{message}");
    }
}
