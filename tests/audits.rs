//! Results are checked: workers that lie or err are found among real ones, and what they reported
//! is corrected. They are real workers too, behind a proxy that changes their reports.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

#[path = "audits/proxy.rs"]
mod proxy;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use arena_tests::{Run, Tournament, bin, bin_folder, example_bots, wait_for};
use proxy::{Bend, stand_between};
use rpc::v1;
use serde_json::{Value, json};

/// Always gives the win of some matches, always the same ones, to the other bot.
fn lie(report: &mut v1::Report, _: u64) {
    if report.match_id.first().is_some_and(|byte| byte % 3 == 0)
        && let Some(v1::report::Verdict::Played(played)) = &mut report.verdict
    {
        *played =
            if played.zero == 2 { v1::Played { zero: 0, one: 2 } } else { v1::Played { zero: 2, one: 0 } };
    }
}

/// Counts the fuel of one report of five wrongly.
fn miscount(report: &mut v1::Report, number: u64) {
    if number.is_multiple_of(5)
        && let Some(usage) = &mut report.usage_one
    {
        usage.turns_fuel += number;
    }
}

fn truth(_: &mut v1::Report, _: u64) {}

/// A real worker, killed when the test is over.
struct Worker(Child);

impl Worker {
    fn start(name: &str, coordinator: SocketAddr, data: &std::path::Path) -> Worker {
        let child = Command::new(bin("worker"))
            .args(["--coordinator", &format!("http://{coordinator}"), "--name", name, "--slots", "1"])
            .args(["--until-stdin-closes", "--data-dir"])
            .arg(data.join(name))
            .env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Worker(child.unwrap())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have gone by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Plays a tournament in which every result is checked, with workers whose reports are bent.
fn play(rounds: &str, workers: &[(&str, Bend)]) -> Run {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listen = free.to_string();
    let tournament = Tournament::of(example_bots())
        .with(&["--rounds", rounds, "--ticks", "60", "--local-workers", "0", "--listen", &listen])
        .with(&["--audit", "100%"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let child = tournament.start();
    wait_for("the coordinator", || TcpStream::connect(free).ok());
    let data = tempfile::tempdir().unwrap();
    let start = |(name, bend): &(&str, Bend)| {
        let address = runtime.block_on(stand_between(free, *bend, |_| {}));
        Worker::start(name, address, data.path())
    };
    let running: Vec<Worker> = workers.iter().map(start).collect();
    let run = tournament.finish(child);
    drop(running);
    run
}

/// What is the same in every run of the tournament, whoever played.
fn outcome(run: &Run) -> Value {
    let mut lasting = run.lasting();
    lasting["alarms"] = Value::Null;
    lasting
}

#[test]
fn a_liar_and_a_flaky_worker_are_quarantined_and_every_result_is_right() {
    let honest = play("2", &[("one", truth), ("two", truth)]).expect_code(0);
    assert_eq!(honest.json["alarms"], json!([]));
    assert!(honest.stderr.contains("112 matches audited, all equal"), "{}", honest.stderr);

    let workers: &[(&str, Bend)] =
        &[("liar", lie), ("one", truth), ("flaky", miscount), ("two", truth), ("three", truth)];
    let run = play("2", workers).expect_code(0);
    assert_eq!(outcome(&run), outcome(&honest));
    assert!(run.stderr.contains("2 workers quarantined"), "{}", run.stderr);
    let rows = run.json["workers"].as_array().unwrap();
    let mut quarantined: Vec<&str> = rows
        .iter()
        .filter(|row| row["quarantined"].is_string())
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    quarantined.sort_unstable();
    assert_eq!(quarantined, ["flaky", "liar"]);
    let alarms = run.json["alarms"].as_array().unwrap();
    for name in ["flaky", "liar"] {
        let names_it = |alarm: &&Value| alarm["kind"] == "quarantined" && alarm["workers"][0] == name;
        assert_eq!(alarms.iter().filter(names_it).count(), 1, "{alarms:?}");
    }
    assert!(run.stdout.contains("alarm: worker liar is quarantined"), "{}", run.stdout);
}
