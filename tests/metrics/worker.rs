//! A worker's figures agree with the results of the tournament that it played, and asking for them
//! disturbs no match.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use arena_tests::{Page, Program, Run, Tournament, example_bots, free_address, wait_for, worker, write_bot};
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;
use terms::{FaultKind, HostFault};
use tower_service::Service;

/// Hostile bots, each with a fault of another kind, and how often it happens in a match is in the results.
const HOSTILE: [&str; 4] =
    ["time/loops_in_a_turn", "exits/sys_exit", "exceptions/base_exception", "sources/defines_nothing"];
/// What someone may call a worker.
const NAME: &str = "a \"w\\rker\" {x=\"1\"} 7";

fn bots() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    for bot in HOSTILE {
        let (_, name) = bot.split_once('/').unwrap();
        let source = fs::read(tests.join("hostile").join(bot).with_extension("py")).unwrap();
        write_bot(folder.path(), &format!("{name}.py"), &source);
    }
    for name in ["hunter", "spinner"] {
        let source = fs::read(example_bots().join(name).with_extension("py")).unwrap();
        write_bot(folder.path(), &format!("{name}.py"), &source);
    }
    folder
}

/// A coordinator that has no worker of its own, and a worker that plays for it.
fn start(
    tournament: &Tournament,
    listen: SocketAddr,
    more: &[&str],
    data: &Path,
) -> (std::process::Child, Program) {
    let coordinator = tournament.start();
    let command = &mut worker(listen, data);
    (coordinator, Program::start(command.args(["--http", "127.0.0.1:0"]).args(more)))
}

fn tournament(bots: &Path, listen: SocketAddr, more: &[&str]) -> Tournament {
    let listen = listen.to_string();
    let arguments = ["--local-workers", "0", "--audit", "0", "--turn-wall-ms", "60s", "--listen", &listen];
    Tournament::of(bots).with(&arguments).with(more)
}

/// The page once the worker has nothing to do and has heard that everything is recorded.
fn page_at_rest(http: SocketAddr) -> Page {
    wait_for("a worker at rest", || {
        let page = Page::get(http, "/metrics")?;
        let is_done = page.value("arena_matches_total{outcome=\"played\"}") > 0.0;
        let zeros =
            ["arena_worker_slots{state=\"busy\"}", "arena_worker_unreported_results", "arena_sandboxes_live"];
        (is_done && zeros.iter().all(|series| page.value(series) == 0.0)).then_some(page)
    })
}

fn sum(run: &Run, of: impl Fn(&Value) -> f64) -> f64 {
    run.matches().iter().map(of).sum()
}

#[test]
fn a_workers_figures_agree_with_the_results() {
    let (bots, data, listen) = (bots(), tempfile::tempdir().unwrap(), free_address());
    let tournament = tournament(bots.path(), listen, &["--ticks", "13"]);
    let (coordinator, worker) = start(&tournament, listen, &["--slots", "2", "--name", NAME], data.path());
    let http = worker.http();
    let run = tournament.finish(coordinator).expect_code(0);
    let page = page_at_rest(http);
    page.expect_sound();
    let is = |series: &str, value: f64| assert_eq!(page.value(series), value, "{series}");

    let matches = run.matches().len() as f64;
    assert_eq!(matches, 30.0);
    for (outcome, field) in [("played", "played"), ("forfeit", "forfeits"), ("void", "void")] {
        let said = run.json["tournament"][field].as_f64().unwrap();
        is(&format!("arena_matches_total{{outcome=\"{outcome}\"}}"), said);
    }
    is("arena_match_duration_seconds_count", matches);
    let faults = |kind: &str| {
        let of = |played: &Value| {
            let faults = played["faults"].as_array().unwrap();
            faults.iter().filter(|fault| fault["kind"] == kind).count() as f64
        };
        sum(&run, of)
    };
    for kind in FaultKind::ALL {
        is(&format!("arena_bot_faults_total{{kind=\"{kind}\"}}"), faults(kind.name()));
    }
    // The bots did what they are here for, and zeros are there for what did not happen.
    for kind in ["out_of_fuel", "exited", "exception", "load_error"] {
        assert!(faults(kind) > 0.0, "no {kind}");
    }
    is("arena_bot_faults_total{kind=\"policy\"}", 0.0);
    for fault in HostFault::ALL {
        is(&format!("arena_host_faults_total{{kind=\"{fault}\"}}"), 0.0);
    }

    // Both bots are asked in every tick, and their fuel is in the results.
    let ticks = sum(&run, |played| played["ticks"].as_f64().unwrap());
    is("arena_ticks_total", ticks);
    is("arena_turn_duration_seconds_count", 2.0 * ticks);
    is("arena_turn_fuel_count", 2.0 * ticks);
    is("arena_load_duration_seconds_count", 2.0 * matches);
    is("arena_load_fuel_count", 2.0 * matches);
    let fuel = sum(&run, |played| played["fuel"][0].as_f64().unwrap() + played["fuel"][1].as_f64().unwrap());
    assert_eq!(page.value("arena_turn_fuel_sum") + page.value("arena_load_fuel_sum"), fuel);
    // Whoever runs out of fuel has used all of it: it shows at the boundary, and not beyond.
    let turns_below = |bound| page.value(&format!("arena_turn_fuel_bucket{{le=\"{bound}\"}}"));
    assert_eq!(turns_below(50_000_000) - turns_below(40_000_000), faults("out_of_fuel"));
    assert_eq!(turns_below(50_000_000), 2.0 * ticks);

    // Besides the two of each match, one compiles each of the bots; both slots may come to do so at once.
    let started = page.value("arena_sandbox_start_duration_seconds_count");
    let bots = run.json["bots"].as_array().unwrap().len() as f64;
    let compiling = started - 2.0 * matches;
    assert!((bots..=2.0 * bots).contains(&compiling), "{compiling} compiled {bots} bots");
    is("arena_sandbox_memory_peak_bytes_count", 2.0 * matches);
    is("arena_sandbox_memory_peak_bytes_bucket{le=\"67108864\"}", 2.0 * matches);
    is("arena_sandbox_kills_total{reason=\"finished\"}", started);
    for reason in ["stalled", "protocol", "forbidden_call", "died"] {
        is(&format!("arena_sandbox_kills_total{{reason=\"{reason}\"}}"), 0.0);
    }
    is("arena_zygote_starts_total", 1.0);
    is("arena_zygote_start_duration_seconds_count", 1.0);
    for layer in
        ["seccomp", "landlock", "no_new_privs", "rlimits", "descriptors", "capabilities", "zygote_seccomp"]
    {
        is(&format!("arena_sandbox_layer_enabled{{layer=\"{layer}\"}}"), 1.0);
    }
    is("arena_worker_slots{state=\"idle\"}", 2.0);
    is("arena_worker_waiting_matches", 0.0);
    is("arena_worker_spool_bytes", 0.0);
    let blobs = |result| page.value(&format!("arena_blob_fetches_total{{result=\"{result}\"}}"));
    assert_eq!((blobs("cached") + blobs("fetched"), blobs("failed")), (2.0 * matches + 1.0, 0.0));
    assert!(page.value("arena_worker_synchronize_duration_seconds_count") >= 2.0);

    let runtime: String = run.json["tournament"]["runtime"].as_str().unwrap().chars().take(12).collect();
    let name = NAME.replace('\\', r"\\").replace('"', "\\\"");
    is(&format!("arena_worker_info{{name=\"{name}\",runtime=\"{runtime}\"}}"), 1.0);
    is(&format!("arena_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), 1.0);
    // Its coordinator is gone.
    wait_for("errors of calls", || {
        let page = Page::get(http, "/metrics")?;
        let is_told = page.value("arena_worker_synchronize_errors_total") > 0.0;
        (is_told && page.value("arena_worker_ready") == 0.0).then_some(())
    });
    worker.kill();
}

/// What HTTP/2 answers at /metrics.
async fn page_over_http2(address: SocketAddr) -> Page {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap();
    let mut channel = endpoint.connect().await.unwrap();
    let request = http::Request::get(format!("http://{address}/metrics")).body(tonic::body::Body::empty());
    std::future::poll_fn(|context| channel.poll_ready(context)).await.unwrap();
    let answer = channel.call(request.unwrap()).await.unwrap();
    assert_eq!((answer.status(), answer.version()), (http::StatusCode::OK, http::Version::HTTP_2));
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Page(String::from_utf8(body.to_vec()).unwrap())
}

/// Asks as fast as it can, on one connection after the other, without reading all of what comes, until it
/// is over.
fn flood(http: SocketAddr, is_over: &AtomicBool, asked: &AtomicU32) {
    while !is_over.load(Ordering::Relaxed) {
        // They may hang up on us: that is theirs to decide.
        let Ok(mut stream) = TcpStream::connect(http) else { continue };
        for _ in 0..50 {
            if stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n").is_err() {
                break;
            }
            asked.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn however_many_ask_fifty_slots_play_on_and_the_figures_stay_right() {
    let (data, listen) = (tempfile::tempdir().unwrap(), free_address());
    let tournament = tournament(&example_bots(), listen, &["--ticks", "60"]);
    let (coordinator, worker) = start(&tournament, listen, &["--slots", "50"], data.path());
    let http = worker.http();
    let (is_over, asked) = (AtomicBool::new(false), AtomicU32::new(0));
    let run = std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| flood(http, &is_over, &asked));
        }
        let watching = threads.spawn(|| {
            let (mut before, mut busiest) = (0.0, 0.0_f64);
            while !is_over.load(Ordering::Relaxed) {
                let Some(page) = Page::get(http, "/metrics") else { continue };
                page.expect_sound();
                let ticks = page.value("arena_ticks_total");
                assert!(ticks >= before, "{ticks} ticks after {before}");
                before = ticks;
                busiest = busiest.max(page.value("arena_worker_slots{state=\"busy\"}"));
            }
            busiest
        });
        let run = tournament.finish(coordinator);
        is_over.store(true, Ordering::Relaxed);
        assert!(watching.join().unwrap() > 1.0, "nobody saw matches side by side");
        run.expect_code(0)
    });
    assert!(asked.load(Ordering::Relaxed) > 100, "that was no flood");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let at_rest = page_at_rest(http);
    let page = runtime.block_on(page_over_http2(http));
    page.expect_sound();
    let ticks = sum(&run, |played| played["ticks"].as_f64().unwrap());
    for page in [at_rest, page] {
        assert_eq!(page.value("arena_turn_duration_seconds_count"), 2.0 * ticks);
        assert_eq!(page.value("arena_matches_total{outcome=\"played\"}"), run.matches().len() as f64);
        assert!(page.value("process_open_fds") < 1_000.0, "{}", page.value("process_open_fds"));
    }
    assert!(!worker.kill().contains("panicked"));
}
