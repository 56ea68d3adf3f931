//! What the first process of a process id namespace may do: nothing, and end.

use super::{Allowed, int_is, long_is};

/// Everything that it may do.
pub(crate) const IDLE: &[Allowed] = &[Allowed {
    call: libc::SYS_ppoll,
    name: "ppoll",
    rules: &[long_is(0, 0), int_is(1, 0), long_is(2, 0), long_is(3, 0)],
    why: "waits for nothing, for ever",
}];
