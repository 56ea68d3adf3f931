//! Real processes under the real filters. Each makes one call and then ends well, or is killed.
//!
//! The tests' own process has threads, so a child makes nothing but system calls.
#![expect(unsafe_code, reason = "fork, system calls by number, a signal handler")]

use std::sync::atomic::{AtomicU32, Ordering};

use super::{WORN, compared, entries, filter, fitting, is_allowed};
use crate::harden::seccomp::Filter;
use crate::harden::syscalls::{Allowed, SEALED, ZYGOTE};

/// What a child ends with that was not killed.
const ALIVE: i32 = 42;
/// `uretprobe` and `uprobe` of x86-64: recent kernels ask no filter about them, because only code
/// that the kernel itself put into a process can make them. From elsewhere they do nothing, or kill.
const UPROBES: &[libc::c_long] = if cfg!(target_arch = "x86_64") { &[335, 336] } else { &[] };
/// Signals that were handled.
static HANDLED: AtomicU32 = AtomicU32::new(0);

#[derive(Debug, PartialEq, Eq)]
enum End {
    Lived,
    Forbidden,
    Other(i32),
}

/// Lets a child put `filter` on and then `act`.
fn end_of(filter: &Filter, act: impl FnOnce()) -> End {
    // SAFETY: the child makes system calls and ends; it takes no lock that another thread may hold.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0);
    if pid == 0 {
        prepare();
        if filter.put_on().is_ok() {
            act();
        }
        // SAFETY: takes a number.
        unsafe { libc::syscall(libc::SYS_exit_group, ALIVE) };
    }
    let mut status = 0;
    // SAFETY: the pointer is to a live number.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    match (libc::WIFEXITED(status), libc::WIFSIGNALED(status)) {
        (true, _) if libc::WEXITSTATUS(status) == ALIVE => End::Lived,
        (_, true) if libc::WTERMSIG(status) == libc::SIGSYS => End::Forbidden,
        _ => End::Other(status),
    }
}

/// No core dumps, a socket at its end as descriptor 0, and a signal every millisecond, whose
/// handler returns.
fn prepare() {
    extern "C" fn handle(_: libc::c_int) {
        HANDLED.fetch_add(1, Ordering::Relaxed);
    }
    let mut pair = [0; 2];
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let every = libc::timeval { tv_sec: 0, tv_usec: 1_000 };
    let timer = libc::itimerval { it_interval: every, it_value: every };
    // SAFETY: every pointer is to a live value, or to a function that only counts.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
        libc::socketpair(libc::AF_UNIX, libc::SOCK_SEQPACKET, 0, pair.as_mut_ptr());
        libc::dup2(pair[0], 0);
        libc::close(pair[0]);
        libc::close(pair[1]);
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as extern "C" fn(libc::c_int) as usize;
        libc::sigaction(libc::SIGALRM, &raw const action, std::ptr::null_mut());
        libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut());
    }
}

/// Makes the call. With these arguments none of them does any harm.
fn call(entry: &Allowed, arguments: &[u64; 6]) {
    let [a, b, c, d, e, f] = *arguments;
    if entry.call == libc::SYS_rt_sigreturn {
        // Only a handler that returns can make this call: wait for one.
        let before = HANDLED.load(Ordering::Relaxed);
        while HANDLED.load(Ordering::Relaxed) < before + 2 {
            std::hint::spin_loop();
        }
        return;
    }
    let a = if entry.call == libc::SYS_exit_group { ALIVE as u64 } else { a };
    // SAFETY: pointers are null or point nowhere, which the kernel answers with an error; memory is
    // only given for lengths of zero, or where the kernel chooses.
    unsafe { libc::syscall(entry.call, a, b, c, d, e, f) };
}

#[test]
fn every_entry_lets_its_call_live() {
    // The process that idles has no call with which it could report that it lives.
    for lists in &WORN[..4] {
        let filter = filter(lists);
        for entry in entries(lists) {
            assert_eq!(end_of(&filter, || call(entry, &fitting(entry))), End::Lived, "{}", entry.name);
        }
    }
}

#[test]
fn every_flipped_argument_is_death() {
    for lists in WORN {
        let filter = filter(lists);
        for entry in entries(lists) {
            for rule in entry.rules {
                let mut arguments = fitting(entry);
                let index = usize::from(rule.argument);
                // A bit that no other entry for the same call allows.
                let bits = (0..64).map(|bit| 1u64 << bit).filter(|bit| compared(rule) & bit != 0);
                let flipped = bits.map(|bit| arguments[index] ^ bit);
                let mut forbidden = flipped.filter(|value| {
                    let mut arguments = arguments;
                    arguments[index] = *value;
                    !is_allowed(lists, entry.call, &arguments)
                });
                arguments[index] = forbidden.next().unwrap();
                let end = end_of(&filter, || call(entry, &arguments));
                assert_eq!(end, End::Forbidden, "{} {arguments:x?}", entry.name);
            }
        }
    }
}

#[test]
fn a_call_that_is_not_listed_is_death() {
    for lists in WORN {
        let filter = filter(lists);
        // What is allowed may wait for something, what is not never does.
        let listed = |number| entries(lists).any(|entry| entry.call == number);
        for number in (0..=600).filter(|number| !UPROBES.contains(number) && !listed(*number)) {
            // SAFETY: the filter lets none of these through.
            let act = || _ = unsafe { libc::syscall(number, 0, 0, 0, 0, 0, 0) };
            assert_eq!(end_of(&filter, act), End::Forbidden, "call {number}");
        }
    }
}

#[test]
fn a_child_puts_its_own_list_on_top_of_the_zygotes() {
    let (zygote, sealed) = (filter(&[ZYGOTE, SEALED]), filter(&[SEALED]));
    // SAFETY: takes nothing.
    let getppid = || _ = unsafe { libc::syscall(libc::SYS_getppid) };
    assert_eq!(end_of(&zygote, getppid), End::Lived);
    let both = || {
        let _ = sealed.put_on();
        getppid();
    };
    assert_eq!(end_of(&zygote, both), End::Forbidden);
}
