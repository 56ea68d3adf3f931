//! Looking at processes, and ending them.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long something may take to come on a machine that does many other things as well.
const PATIENCE: Duration = Duration::from_secs(240);
/// How often it is looked whether it came.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Sends a signal to a process that is there.
pub fn send(signal: Signal, pid: u32) {
    assert!(strike(signal, pid), "process {pid} is not there for {signal}");
}

/// Sends a signal to a process that may have ended since it was seen; whether it was still there.
pub fn strike(signal: Signal, pid: u32) -> bool {
    match kill(Pid::from_raw(i32::try_from(pid).expect("a process id")), signal) {
        Ok(()) => true,
        Err(Errno::ESRCH) => false,
        Err(error) => panic!("cannot send {signal} to {pid}: {error}"),
    }
}

/// Whether there is no such process any more, not even one that nobody collected.
pub fn is_gone(pid: u32) -> bool {
    !fs::exists(format!("/proc/{pid}")).expect("/proc can be read")
}

/// When a process was born, in the kernel's words: with its number, this tells it from all others.
pub fn born(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything.
    let (_, after_name) = stat.rsplit_once(") ")?;
    after_name.split(' ').nth(19).map(str::to_owned)
}

/// The processes below `parent` whose command line contains `part`.
pub fn descendants(parent: u32, part: &str) -> Vec<u32> {
    let output = Command::new("ps").args(["-eo", "pid=,ppid=,args="]).output().expect("ps starts");
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows: Vec<(u32, u32, &str)> = table
        .lines()
        .filter_map(|line| {
            let mut words = line.trim_start().splitn(2, ' ');
            let pid = words.next()?.parse().ok()?;
            let mut rest = words.next()?.trim_start().splitn(2, ' ');
            Some((pid, rest.next()?.parse().ok()?, rest.next()?))
        })
        .collect();
    let mut family = vec![parent];
    let mut found = Vec::new();
    while let Some(member) = family.pop() {
        for (pid, _, command) in rows.iter().filter(|(_, ppid, _)| *ppid == member) {
            family.push(*pid);
            if command.contains(part) {
                found.push(*pid);
            }
        }
    }
    found
}

/// Waits for what must come, and fails if it does not come within minutes.
pub fn wait_for<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        // So that what is waited for gets the processor.
        std::thread::sleep(LOOK_EVERY);
    }
}
