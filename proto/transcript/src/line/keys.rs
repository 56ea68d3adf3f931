//! Under which key something stands, which depends on the form it is in.

/// The keys of one thing that was said.
pub(super) struct Keys {
    /// JSON as it is; nothing for what is always text.
    pub(super) json: &'static str,
    pub(super) text: &'static str,
    pub(super) base64: &'static str,
    pub(super) elided: &'static str,
}

macro_rules! keys {
    ($name:ident, $json:literal, $text:literal) => {
        pub(super) const $name: Keys = Keys {
            json: concat!("\"", $json, "\":"),
            text: concat!("\"", $text, "\":"),
            base64: concat!("\"", $json, "_base64\":"),
            elided: concat!("\"", $json, "_elided\":"),
        };
    };
}

keys!(OBSERVATION, "observation", "observation_text");
keys!(REPLY, "reply", "reply_text");
keys!(MESSAGE, "message", "message");
keys!(TRACEBACK, "traceback", "traceback");
keys!(LOG, "log", "log");
