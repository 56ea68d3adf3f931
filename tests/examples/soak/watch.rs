//! Thousands of matches with hostile bots on one worker, while its memory, descriptors, threads and
//! processes are watched. Prints a table, and fails if any of them grows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode, Stdio};
use std::time::{Duration, Instant};

use arena_tests::{Tournament, descendants, example_bots, wait_for};
use clap::Args;

/// Hostile bots that take part; the whole collection would need tens of thousands of matches for
/// one round.
const HOSTILE: usize = 24;
/// How often the worker is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How many of the looks are printed.
const ROWS: usize = 20;

/// Plays thousands of matches with hostile bots on one worker and watches what it holds.
#[derive(Args)]
pub(crate) struct Arguments {
    /// At least so many matches
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    matches: usize,
    /// Matches after which the worker replaces its zygote
    #[arg(long, value_name = "N", default_value_t = 500)]
    zygote_matches: u32,
}

/// What is watched, and by how much it may grow besides a twentieth: the figure wavers with what
/// is being played.
const WATCHED: [(&str, u64); 6] = [
    ("worker KiB", 4_096),
    ("descriptors", 6),
    ("threads", 2),
    ("processes", 3),
    ("sandboxes KiB", 65_536),
    ("zombies", 1),
];
type Look = [u64; WATCHED.len()];

pub(crate) fn watched(arguments: &Arguments) -> ExitCode {
    let bots = tempfile::tempdir().unwrap();
    let count = gather(bots.path());
    let rounds = arguments.matches.div_ceil(count * (count - 1)).to_string();
    let tournament = Tournament::of(bots.path()).with(&["--rounds", &rounds, "--ticks", "20"]).with(&[
        "--load-fuel",
        "500M",
        "--source-files",
        "512",
    ]);
    let mut command = tournament.command();
    command.env("ARENA_ZYGOTE_MATCHES", arguments.zygote_matches.to_string());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    let looks = watch(&mut child);
    let run = tournament.finish(child);
    let figure = |name: &str| run.json.pointer(&format!("/tournament/{name}")).and_then(|json| json.as_u64());
    let (played, void) = (figure("matches").unwrap_or(0), figure("void").unwrap_or(0));
    let seconds = began.elapsed().as_secs_f64();
    println!("{played} matches of {count} bots in {seconds:.0} s, {void} void, exit code {:?}", run.code);
    print_table(&looks);
    let grown = grown(&looks);
    grown.iter().for_each(|what| eprintln!("it grows: {what}"));
    if grown.is_empty() && run.code == Some(0) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Two honest bots, and hostile ones from all over the collection; says how many.
fn gather(folder: &Path) -> usize {
    let mut hostile = Vec::new();
    let collection = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile");
    for kind in fs::read_dir(collection).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir()) {
        let files = fs::read_dir(kind).unwrap().map(|entry| entry.unwrap().path());
        hostile.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "py")));
    }
    hostile.sort();
    let step = (hostile.len() / HOSTILE).max(1);
    let chosen = hostile.into_iter().step_by(step).take(HOSTILE);
    let honest = ["hunter.py", "spinner.py"].map(|name| example_bots().join(name));
    let all: Vec<PathBuf> = chosen.chain(honest).collect();
    for path in &all {
        fs::copy(path, folder.join(path.file_name().unwrap())).unwrap();
    }
    all.len()
}

/// Looks at the worker until the tournament is over.
fn watch(child: &mut Child) -> Vec<Look> {
    let worker = wait_for("the worker", || descendants(child.id(), "--until-stdin-closes").first().copied());
    wait_for("the first match", || (descendants(worker, "sandbox-shim").len() > 1).then_some(()));
    let mut looks = Vec::new();
    while child.try_wait().unwrap().is_none() {
        looks.extend(look(worker));
        std::thread::sleep(EVERY);
    }
    looks
}

/// One look; nothing once the worker has gone.
fn look(worker: u32) -> Option<Look> {
    let field = |pid: u32, name: &str| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next().map(str::to_owned)
    };
    let number = |pid: u32, name: &str| field(pid, name).and_then(|text| text.parse::<u64>().ok());
    let descriptors = fs::read_dir(format!("/proc/{worker}/fd")).ok()?.count() as u64;
    let family = descendants(worker, "");
    let memory = family.iter().filter_map(|pid| number(*pid, "RssAnon:")).sum();
    let zombies = family.iter().filter(|pid| field(**pid, "State:").as_deref() == Some("Z")).count() as u64;
    let processes = family.len() as u64;
    Some([number(worker, "VmRSS:")?, descriptors, number(worker, "Threads:")?, processes, memory, zombies])
}

fn print_table(looks: &[Look]) {
    println!("{:>6} {}", "second", WATCHED.map(|(name, _)| format!("{name:>14}")).concat());
    for (second, look) in looks.iter().enumerate().step_by((looks.len() / ROWS).max(1)) {
        println!("{second:>6} {}", look.map(|figure| format!("{figure:>14}")).concat());
    }
}

/// What is higher in the last third than in the second; the first is for warming up.
fn grown(looks: &[Look]) -> Vec<String> {
    let third = looks.len() / 3;
    let (Some(before), Some(after)) = (looks.get(third..2 * third), looks.get(2 * third..)) else {
        return vec!["too short to tell".into()];
    };
    if third < 5 {
        return vec!["too short to tell: play more matches".into()];
    }
    let of = |looks: &[Look], column: usize| {
        let mut figures: Vec<u64> = looks.iter().filter_map(|look| look.get(column).copied()).collect();
        figures.sort_unstable();
        figures.get(figures.len() / 2).copied().unwrap_or(0)
    };
    let compare = |(column, (name, slack)): (usize, &(&str, u64))| {
        let (before, after) = (of(before, column), of(after, column));
        (after > before + before / 20 + slack).then(|| format!("{name}: {before} became {after}"))
    };
    WATCHED.iter().enumerate().filter_map(compare).collect()
}
