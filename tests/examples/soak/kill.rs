//! Kills at random instants, and power failures.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use arena_tests::{
    LOSSES, Luck, Storm, Tournament, VICTIMS, Victim, copy_store, example_bots, first_difference, lose,
    stored,
};
use clap::Args;
use serde_json::Value;

/// Kills parts of tournaments at random instants.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Kills, all together
    #[arg(long, value_name = "N", default_value_t = 100)]
    kills: usize,
    /// Copies of a store that are gone on with
    #[arg(long, value_name = "N", default_value_t = 24)]
    copies: usize,
    /// Rounds of each tournament
    #[arg(long, value_name = "N", default_value_t = 4)]
    rounds: usize,
    /// Ticks of a match
    #[arg(long, value_name = "N", default_value_t = 300)]
    ticks: u32,
    /// What the instants come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Kills in one tournament; more would only lengthen it.
const KILLS_PER_TOURNAMENT: usize = 12;

pub(crate) fn survived(arguments: &Arguments) -> ExitCode {
    let began = Instant::now();
    let [rounds, ticks] = [arguments.rounds.to_string(), arguments.ticks.to_string()];
    let tournament = || Tournament::of(example_bots()).with(&["--rounds", &rounds, "--ticks", &ticks]);
    let undisturbed = tournament().run().expect_code(0).lasting();
    let kills = kill(arguments, &tournament, &undisturbed);
    let failures = fail_power(arguments, &tournament, &undisturbed);
    println!("in {:.0} s, of {} matches each", began.elapsed().as_secs_f64(), matches(&undisturbed));
    if kills + failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn matches(document: &Value) -> usize {
    document.pointer("/matches").and_then(Value::as_array).map_or(0, Vec::len)
}

/// Returns how many tournaments ended differently.
fn kill(arguments: &Arguments, tournament: &impl Fn() -> Tournament, undisturbed: &Value) -> usize {
    let (mut left, mut wrong, mut seed) = (arguments.kills, 0, arguments.seed);
    let mut killed: BTreeMap<Victim, usize> = BTreeMap::new();
    let (mut stopped, mut starts) = (0, BTreeMap::new());
    while left > 0 {
        let planned = left.min(KILLS_PER_TOURNAMENT);
        let mut storm = Storm::of(seed, planned, &VICTIMS);
        let run = storm.weather(&tournament());
        if let Some(difference) = first_difference(undisturbed, &run.lasting()) {
            println!("seed {seed}: {difference}");
            wrong += 1;
        }
        left -= planned - storm.left();
        storm.killed.iter().for_each(|(victim, count)| *killed.entry(*victim).or_default() += count);
        storm.starts.iter().for_each(|(code, count)| *starts.entry(*code).or_insert(0) += count);
        stopped += storm.stopped;
        seed += 1;
    }
    let tournaments = seed - arguments.seed;
    println!("{tournaments} tournaments, killed {killed:?}, stopped and continued {stopped}");
    println!("runs by exit code: {starts:?}; tournaments that ended differently: {wrong}");
    wrong
}

/// Returns how many copies ended differently.
fn fail_power(arguments: &Arguments, tournament: &impl Fn() -> Tournament, undisturbed: &Value) -> usize {
    let mut luck = Luck::of(arguments.seed);
    let (mut wrong, mut found) = (0, Vec::new());
    for (number, loss) in LOSSES.into_iter().cycle().take(arguments.copies).enumerate() {
        let original = tournament();
        let mut child = original.start();
        luck.wait(Duration::from_secs(5));
        let copy = original.twin();
        copy_store(&original.data_folder(), &copy.data_folder());
        child.kill().unwrap();
        original.finish(child);
        lose(loss, &copy.data_folder(), &mut luck);
        found.push(stored(&copy.data_folder()).len());
        let resumed = copy.run();
        let difference = if resumed.json.is_null() {
            Some(resumed.stderr.clone())
        } else {
            first_difference(undisturbed, &resumed.lasting())
        };
        if let Some(difference) = difference {
            println!("copy {number}, {loss:?}: exit code {:?}, {difference}", resumed.code);
            wrong += 1;
        }
    }
    println!("{} copies, with so many results in them: {found:?}; ended differently: {wrong}", found.len());
    wrong
}
