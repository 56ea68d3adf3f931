//! How sealed processes end is counted by reason, whoever ends them.

use std::sync::Arc;
use std::time::Duration;

use arena_tests::{load, send, zygote_config};
use nix::sys::signal::Signal;
use telemetry::Exporter;
use worker::metrics::TABLE;
use worker::sandbox::{Sealed, Zygote};

const IDLE: &[u8] = b"def bot_main(d):\n    return []\n";

/// A child with a bot in it, to which something happened; and what its turn comes to.
fn turn_after(zygote: &Arc<Zygote>, happened: impl FnOnce(&Sealed)) -> Result<(), String> {
    let mut child = zygote.fork(None).unwrap();
    load(&mut child, IDLE);
    child.set_wall_clock(Duration::from_millis(300)).unwrap();
    happened(&child);
    child.turn("{}").map_err(|trouble| trouble.to_string())?;
    child.receive().map(drop).map_err(|trouble| trouble.to_string())
}

#[test]
fn ends_are_counted_by_reason_and_nothing_lives_on() {
    // This process is a worker's sandbox from here on: handles that were made before record nothing.
    let exporter = Exporter::install(TABLE).unwrap();
    let zygote = Arc::new(Zygote::spawn(&zygote_config()).unwrap());
    assert_eq!(turn_after(&zygote, |_| ()), Ok(()));
    let says = |why: Result<(), String>, part: &str| assert!(why.unwrap_err().contains(part), "{part}");
    says(turn_after(&zygote, |child| send(Signal::SIGKILL, child.pid())), "signal 9");
    // What the kernel does when a sealed process makes a call that is not on the list.
    says(turn_after(&zygote, |child| send(Signal::SIGSYS, child.pid())), "forbidden system call");
    says(turn_after(&zygote, |child| send(Signal::SIGSTOP, child.pid())), "stalled");

    let alive = zygote.fork(None).unwrap();
    let page = arena_tests::Page(exporter.render());
    page.expect_sound();
    for (reason, count) in
        [("finished", 1.0), ("died", 1.0), ("forbidden_call", 1.0), ("stalled", 1.0), ("protocol", 0.0)]
    {
        let series = format!("arena_sandbox_kills_total{{reason=\"{reason}\"}}");
        assert_eq!(page.value(&series), count, "{reason}");
    }
    assert_eq!(page.value("arena_sandboxes_live"), 1.0);
    assert_eq!(page.value("arena_sandbox_start_duration_seconds_count"), 5.0);
    drop(alive);
    let page = arena_tests::Page(exporter.render());
    assert_eq!(page.value("arena_sandboxes_live"), 0.0);
    assert_eq!(page.value("arena_zygote_starts_total"), 1.0);

    let missing = worker::sandbox::ZygoteConfig { shim: "/bin/true".into(), ..zygote_config() };
    assert!(Zygote::spawn(&missing).is_err());
    assert_eq!(arena_tests::Page(exporter.render()).value("arena_zygote_start_failures_total"), 1.0);
}
