//! The same matches in every circumstance, with two builds of the programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use arena_tests::{Circumstance, Run, Tournament, example_bots, first_difference, write_bot};
use clap::Args;
use serde_json::Value;
use tempfile::TempDir;

/// Plays the same matches in every circumstance.
#[derive(Args)]
pub(crate) struct Arguments {
    /// At least so many matches, in each circumstance
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    matches: usize,
    /// Ticks of a match
    #[arg(long, value_name = "N", default_value_t = 100)]
    ticks: u32,
    /// Folder of another build of the programs, made elsewhere or with other settings
    #[arg(long, value_name = "DIR")]
    other_build: Option<PathBuf>,
}

pub(crate) fn compared(arguments: &Arguments) -> ExitCode {
    let bots = gathered();
    let count = fs::read_dir(bots.path()).unwrap().count();
    let rounds = arguments.matches.div_ceil(count * (count - 1)).to_string();
    let ticks = arguments.ticks.to_string();
    let tournament = || {
        let few = ["--rounds", &rounds, "--ticks", &ticks, "--load-fuel", "500M"];
        Tournament::of(bots.path()).with(&few).with(&["--turn-wall-ms", "60s", "--load-wall-ms", "60s"])
    };
    let usual = timed("as usual", || tournament().run());
    let mut circumstances = Circumstance::all();
    circumstances.extend(
        arguments
            .other_build
            .iter()
            .map(|folder| Circumstance::by("another build in another directory", folder.join("coordinator"))),
    );
    let same = circumstances
        .iter()
        .filter(|circumstance| {
            let run = timed(circumstance.name, || circumstance.play(tournament()));
            is_same(&usual, &run)
        })
        .count();
    println!("{same} of {} circumstances gave the same matches", circumstances.len());
    let all = same == circumstances.len() && usual.code == Some(0);
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The examples, bots that look for differences, and bots that do odd things.
fn gathered() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shows = fs::read(tests.join("determinism/bots/shows.py")).unwrap();
    for path in files(&tests.join("determinism/bots")) {
        let source = [fs::read(&path).unwrap(), b"\n\n".to_vec(), shows.clone()].concat();
        write_bot(folder.path(), path.file_name().unwrap().to_str().unwrap(), &source);
    }
    fs::remove_file(folder.path().join("shows.py")).unwrap();
    let odd = ["hostile/determinism", "hostile/exceptions"].map(|kind| files(&tests.join(kind)));
    let odd = odd.into_iter().flat_map(|files| files.into_iter().step_by(3));
    for path in odd.chain(files(&example_bots())) {
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.sort();
    paths
}

fn timed(name: &str, play: impl FnOnce() -> Run) -> Run {
    let began = Instant::now();
    let run = play();
    let figure = |name: &str| run.json.pointer(&format!("/tournament/{name}")).and_then(Value::as_u64);
    let [matches, void] = ["matches", "void"].map(|name| figure(name).unwrap_or(0));
    let seconds = began.elapsed().as_secs_f64();
    println!("{name}: {matches} matches in {seconds:.0} s, {void} void, exit code {:?}", run.code);
    run
}

/// Compares whole documents, and counts the matches that are alike in digest and fuel.
fn is_same(usual: &Run, run: &Run) -> bool {
    if run.json.is_null() {
        println!("  no document:\n{}", run.stderr);
        return false;
    }
    let alike = |(one, other): &(&Value, &Value)| ["id", "digest", "fuel"].iter().all(|f| one[f] == other[f]);
    let count = usual.matches().iter().zip(run.matches()).filter(alike).count();
    println!("  digests and fuel equal in {count} of {}", usual.matches().len());
    let difference = first_difference(&usual.lasting(), &run.lasting());
    difference.iter().for_each(|found| println!("  first difference at {found}"));
    difference.is_none()
}
