//! What the first process of a process id namespace may do: wait for its zygote's end, and end.

use super::{Allowed, int_is, long_is};

/// Everything that it may do.
pub(crate) const IDLE: &[Allowed] = &[
    Allowed {
        call: libc::SYS_recvfrom,
        name: "recvfrom",
        rules: &[int_is(0, 0), int_is(3, 0), long_is(4, 0), long_is(5, 0)],
        why: "waits until its zygote's end of a socket closes",
    },
    Allowed { call: libc::SYS_exit_group, name: "exit_group", rules: &[], why: "its end" },
];
