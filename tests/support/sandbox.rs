//! Sandboxes without a worker's process around them: a zygote's configuration, and a bot in a child.

use pipe::{FromShim, Load};
use terms::{Bundle, limits};
use worker::sandbox::{Sealed, ZygoteConfig};

use crate::{bin, native};

/// What a worker would start its zygotes with.
pub fn zygote_config() -> ZygoteConfig {
    let native = native();
    ZygoteConfig {
        shim: bin("sandbox-shim"),
        native: native.path,
        native_digest: native.digest.parse().expect("precompile prints a digest"),
        stack_bytes: limits::DEFAULTS.stack_bytes,
        answer_max: ZygoteConfig::ANSWER_MAX,
        require_namespaces: false,
        untrusted: false,
    }
}

/// Sends a bot with the default limits and takes the answer, which must be that it is loaded.
pub fn load(child: &mut Sealed, source: &[u8]) {
    let limits = limits::DEFAULTS;
    let bundle = Bundle::of_source(source.to_vec()).encode();
    let load = Load {
        seed: 1,
        load_fuel: limits.load_fuel,
        turn_fuel: limits.turn_fuel,
        memory_bytes: limits.memory_bytes,
        reply_bytes: limits.reply_bytes,
        log_bytes: limits.log_bytes,
        // The child counts them itself.
        bundle_bytes: 0,
    };
    child.load(&load, "", &bundle).expect("the child is there");
    match child.receive().expect("the child answers") {
        FromShim::Loaded(_) => {}
        other => panic!("the bot does not load: {other:?}"),
    }
}
