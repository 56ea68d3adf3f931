//! What a coordinator shows: its figures agree with the results, each bot has its own, and workers are found.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use arena_tests::{
    Program, Tournament, bin, bin_folder, example_bots, free_address, wait_for, worker, write_bot,
};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

/// The body of a page; nothing if nobody answers.
fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: arena\r\nconnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
}

/// The series of a page and their values.
type Figures = BTreeMap<String, f64>;

fn figures(page: &str) -> Figures {
    let lines = page.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let pair = |line: &str| {
        let (series, value) = line.rsplit_once(' ').unwrap();
        (series.to_owned(), value.parse().unwrap())
    };
    lines.map(pair).collect()
}

fn sum(figures: &Figures, prefix: &str) -> f64 {
    figures.iter().filter(|(series, _)| series.starts_with(prefix)).map(|(_, value)| value).sum()
}

/// A run that cannot end before somebody reads its results: they do not fit into a pipe. Its figures when all
/// matches are over, those of its bots, and the results.
fn play(bots: &Path, data: &Path, rounds: &str) -> (Figures, Figures, Value) {
    let http = free_address();
    let mut coordinator = Command::new(bin("coordinator"))
        .arg("--bots")
        .arg(bots)
        .arg("--data-dir")
        .arg(data)
        .args([
            "--json",
            "-",
            "--audit",
            "100%",
            "--ticks",
            "60",
            "--rounds",
            rounds,
            "--http",
            &http.to_string(),
        ])
        .env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            // Others look all the time, from the first moment to the last.
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    for path in ["/metrics", "/metrics/bots", "/sd/workers", "/readyz"] {
                        let _ = get(http, path);
                    }
                }
            });
        }
        let ended = |page: &String| page.contains("arena_coordinator_phase{phase=\"ending\"} 1");
        let page = wait_for("the end of all matches", || get(http, "/metrics").filter(ended));
        let counted = |page: &String| page.contains("arena_bots_counted 1");
        let bots = wait_for("the figures of the bots", || get(http, "/metrics/bots").filter(counted));
        is_over.store(true, Ordering::Relaxed);
        let mut json = Vec::new();
        coordinator.stdout.take().unwrap().read_to_end(&mut json).unwrap();
        assert!(json.len() > 64 << 10, "{} bytes are too few for this test to wait", json.len());
        assert_eq!(coordinator.wait().unwrap().code(), Some(0));
        (figures(&page), figures(&bots), serde_json::from_slice(&json).unwrap())
    })
}

/// Bots that play, and bots that fail in several ways.
fn hostile_bots(folder: &Path) {
    for name in ["hunter", "spinner"] {
        fs::copy(example_bots().join(format!("{name}.py")), folder.join(format!("{name}.py"))).unwrap();
    }
    write_bot(folder, "we\"ird\\ n{a}me,=.py", b"def bot_main(d):\n    return ['LEFT']\n");
    write_bot(folder, "raises.py", b"def bot_main(d):\n    return 1 / (d['time_step'] % 9)\n");
    write_bot(folder, "loops.py", b"def bot_main(d):\n    while d['time_step'] > 3: pass\n    return []\n");
    write_bot(folder, "broken.py", b"def bot_main(\n");
}

/// The bytes of all files in a folder and those in it.
fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let bytes = |entry: fs::DirEntry| match entry.metadata().unwrap() {
        folder if folder.is_dir() => bytes_in(&entry.path()),
        file => file.len(),
    };
    entries.map(bytes).sum()
}

fn count(matches: &[Value], is: impl Fn(&Value) -> bool) -> f64 {
    matches.iter().filter(|one| is(one)).count() as f64
}

/// What the coordinator says of the bots is what the results say.
fn agree(figures: &Figures, results: &Value) {
    let label = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    for bot in results["bots"].as_array().unwrap() {
        let name = label(bot["name"].as_str().unwrap());
        for (series, key) in [
            (format!("arena_bot_points{{bot=\"{name}\"}}"), "points"),
            (format!("arena_bot_rank{{bot=\"{name}\"}}"), "rank"),
            (format!("arena_bot_matches{{bot=\"{name}\",outcome=\"win\"}}"), "wins"),
            (format!("arena_bot_matches{{bot=\"{name}\",outcome=\"draw\"}}"), "draws"),
            (format!("arena_bot_matches{{bot=\"{name}\",outcome=\"loss\"}}"), "losses"),
            (format!("arena_bot_forfeits{{bot=\"{name}\"}}"), "forfeits"),
            (format!("arena_bot_fuel_per_turn{{bot=\"{name}\",quantile=\"0.5\"}}"), "fuel_per_turn_p50"),
            (format!("arena_bot_fuel_per_turn{{bot=\"{name}\",quantile=\"0.99\"}}"), "fuel_per_turn_p99"),
            (format!("arena_bot_memory_peak_bytes{{bot=\"{name}\"}}"), "memory_peak_bytes"),
        ] {
            assert_eq!(figures.get(&series), bot[key].as_f64().as_ref(), "{series}");
        }
    }
}

#[test]
fn its_figures_are_those_of_the_results_in_one_run_and_in_the_next() {
    let (bots, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    hostile_bots(bots.path());
    let (figures, of_bots, results) = play(bots.path(), data.path(), "2");
    let (tournament, matches) = (&results["tournament"], results["matches"].as_array().unwrap());
    let whole = matches.len() as f64;
    let faults: Vec<&str> = matches
        .iter()
        .flat_map(|one| one["faults"].as_array().unwrap())
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    for kind in ["load_error", "exception", "bad_reply", "out_of_fuel", "trap"] {
        let expected = faults.iter().filter(|one| **one == kind).count() as f64;
        assert_eq!(figures[&format!("arena_faults_total{{kind=\"{kind}\"}}")], expected, "{kind}");
        assert_eq!(expected > 0.0, kind != "trap", "this test says nothing of {kind}");
    }
    let bytes = bytes_in(&data.path().join("transcripts"));
    for (series, value) in [
        ("arena_results_total{verdict=\"played\"}", tournament["played"].as_f64().unwrap()),
        ("arena_results_total{verdict=\"forfeit\"}", tournament["forfeits"].as_f64().unwrap()),
        ("arena_results_total{verdict=\"void\"}", 0.0),
        ("arena_tournament_matches{state=\"settled\"}", whole),
        ("arena_tournament_matches{state=\"waiting\"}", 0.0),
        ("arena_tournament_bots", 6.0),
        ("arena_tournament_limit{limit=\"ticks\"}", 60.0),
        ("arena_tournament_limit{limit=\"turn_wall_seconds\"}", 2.0),
        ("arena_tournament_running", 0.0),
        ("arena_audits_total{result=\"equal\"}", whole),
        ("arena_alarms_total", 0.0),
        ("arena_cache_hits_total", 0.0),
        ("arena_leases_expired_total", 0.0),
        ("arena_store_rows_total", whole),
        ("arena_transcript_bytes_total", bytes as f64),
        ("arena_workers_gone_total{how=\"lost\"}", 0.0),
    ] {
        assert_eq!(figures.get(series), Some(&value), "{series}");
    }
    let since = figures["arena_last_result_timestamp_seconds"];
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((now - since).abs() < 600.0, "{since} is not the time of the last result");
    let calls = figures["arena_synchronize_total{code=\"ok\"}"];
    assert!(calls > 0.0 && figures["arena_synchronize_duration_seconds_count"] >= calls);
    assert!(figures["arena_store_write_duration_seconds_count"] > 0.0);
    let id = tournament["id"].as_str().unwrap();
    assert_eq!(sum(&figures, &format!("arena_tournament_info{{tournament=\"{id}\"")), 1.0);
    assert!(of_bots.keys().any(|series| series.contains(r#"bot="we\"ird\\ n{a}me,=""#)));
    agree(&of_bots, &results);

    // Another round: what is known counts as well, for the bots, and as hits of the cache.
    let (figures, of_bots, results) = play(bots.path(), data.path(), "3");
    assert_eq!(figures["arena_cache_hits_total"], whole);
    assert_eq!(figures["arena_tournament_matches{state=\"settled\"}"], whole * 1.5);
    assert_eq!(sum(&figures, "arena_results_total"), whole * 0.5);
    assert_eq!(count(results["matches"].as_array().unwrap(), |one| one["cached"] == json!(true)), whole);
    agree(&of_bots, &results);
}

/// The workers that Prometheus would be told of, and their names.
fn targets(address: SocketAddr) -> BTreeMap<String, String> {
    let listed = get(address, "/sd/workers").and_then(|json| serde_json::from_str::<Value>(&json).ok());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let groups = listed.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    groups.iter().map(|group| (text(&group["labels"]["worker"]), text(&group["targets"][0]))).collect()
}

fn coordinator(listen: SocketAddr, more: &[&str]) -> (Tournament, Program, SocketAddr) {
    let (listen, http) = (listen.to_string(), free_address());
    let always = ["--rounds", "1000", "--listen", &listen, "--http", &http.to_string()].map(str::to_owned);
    let always: Vec<&str> = always.iter().map(String::as_str).collect();
    let tournament = Tournament::of(example_bots()).with(&[&always[..], more].concat());
    let program = Program::start(&mut tournament.command());
    (tournament, program, http)
}

#[test]
fn workers_are_listed_where_they_answer_as_long_as_they_are_there() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let (_tournament, coordinator, http) = coordinator(address, &[]);
    let start = |name: &str, more: &[&str]| {
        let arguments = [&["--name", name, "--slots", "1", "--http", "127.0.0.1:0"], more].concat();
        Program::start(worker(address, &data.path().join(name)).args(arguments))
    };
    let guest = start("guest \"}]", &[]);
    let elsewhere = start("elsewhere", &["--http-advertise", "worker-7.example.org:7071"]);
    let all = wait_for("both workers in the list", || Some(targets(http)).filter(|all| all.len() == 2));
    let local: SocketAddr = all["local-1"].parse().unwrap();
    let at: SocketAddr = all["guest \"}]"].parse().unwrap();
    assert!(guest.says("/healthz").contains(&format!("http://{at}/")));
    assert!(get(local, "/healthz").is_some(), "a local worker answers as well");
    coordinator.says("elsewhere");
    assert!(coordinator.log().contains("--trust-advertised"), "{}", coordinator.log());
    let left_out = |page: String| page.contains("arena_worker_targets{state=\"left_out\"} 1").then_some(());
    wait_for("one that is left out", || get(http, "/metrics").and_then(left_out));

    guest.send(Signal::SIGTERM);
    guest.end();
    wait_for("a list without who left", || (targets(http).len() == 1).then_some(()));
    elsewhere.kill();
    coordinator.kill();
}

#[test]
fn what_workers_advertise_is_listed_if_the_operator_trusts_it() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let (_tournament, coordinator, http) =
        coordinator(address, &["--trust-advertised", "--local-workers", "0"]);
    let arguments =
        ["--name", "far", "--http", "127.0.0.1:0", "--http-advertise", "worker-7.example.org:7071"];
    let worker = Program::start(worker(address, data.path()).args(arguments));
    let all = wait_for("the worker in the list", || Some(targets(http)).filter(|all| !all.is_empty()));
    assert_eq!(all, BTreeMap::from([("far".to_owned(), "worker-7.example.org:7071".to_owned())]));
    worker.kill();
    coordinator.kill();
}
