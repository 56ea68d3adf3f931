//! Runs stories beside each other: they mostly wait, so that more of them than there are cores
//! take no longer than one.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, available_parallelism};
use std::time::Instant;

/// Stories for every core, and as many more.
const FOR_EACH_CORE: usize = 3;

/// A story: its name, and its telling, which panics if it goes wrong.
pub type Story = (&'static str, fn());

/// Makes a list of stories from functions.
#[macro_export]
macro_rules! stories {
    ($($story:ident),* $(,)?) => { &[$((stringify!($story), $story as fn())),*] };
}

/// Tells those stories whose names contain one of the arguments, or all of them, the way that
/// Rust's own harness does. `--list` lists them, `--test-threads N` bounds how many are told at once.
pub fn tell(stories: &[Story]) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut wishes = arguments.iter().filter(|argument| !argument.starts_with('-')).collect::<Vec<_>>();
    let at_once = arguments.iter().position(|argument| argument == "--test-threads").map(|at| {
        let value = arguments.get(at + 1).expect("--test-threads needs a number");
        wishes.retain(|wish| *wish != value);
        value.parse::<NonZeroUsize>().expect("--test-threads needs a number").get()
    });
    let at_once = at_once.unwrap_or_else(|| FOR_EACH_CORE * available_parallelism().map_or(1, usize::from));
    let is_wanted = |name: &str| wishes.is_empty() || wishes.iter().any(|wish| name.contains(wish.as_str()));
    let wanted: VecDeque<Story> = stories.iter().copied().filter(|(name, _)| is_wanted(name)).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        wanted.iter().for_each(|(name, _)| say(&format!("{name}: test")));
        return ExitCode::SUCCESS;
    }
    let count = wanted.len();
    say(&format!("running {count} stories, {at_once} at once"));
    let failed = tell_all(wanted, at_once);
    say(&format!("{} of {count} stories went well; failed: {failed:?}", count - failed.len()));
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(101) }
}

fn tell_all(wanted: VecDeque<Story>, at_once: usize) -> Vec<&'static str> {
    let (wanted, failed) = (Mutex::new(wanted), Mutex::new(Vec::new()));
    let next = || wanted.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let teller = || {
        while let Some((name, story)) = next() {
            let began = Instant::now();
            // A thread of its own, so that what it says when it panics has its name.
            let told =
                thread::Builder::new().name(name.to_owned()).spawn(story).map(thread::JoinHandle::join);
            let went_well = matches!(told, Ok(Ok(())));
            let word = if went_well { "ok" } else { "FAILED" };
            say(&format!("test {name} ... {word} ({:.1} s)", began.elapsed().as_secs_f32()));
            if !went_well {
                failed.lock().unwrap_or_else(PoisonError::into_inner).push(name);
            }
        }
    };
    thread::scope(|scope| (0..at_once).for_each(|_| drop(scope.spawn(teller))));
    failed.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::print_stdout, reason = "this is what a harness says")]
fn say(text: &str) {
    println!("{text}");
}
