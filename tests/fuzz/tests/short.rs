//! A short run over every target: what failed once never fails again, and the obvious does not.
//! `make fuzz` runs for longer.

use std::time::Duration;

use arena_fuzz::{Budget, TARGETS, fuzz};

#[test]
fn no_reader_panics_hangs_or_takes_too_much_memory() {
    // One seed and a number of inputs, so that it finds the same today and tomorrow.
    let budget = Budget { time: Duration::from_secs(60), inputs: 3_000 };
    for target in &TARGETS {
        let tally = fuzz(target, 1, budget).unwrap();
        assert!(tally.failures.is_empty(), "{}: {:?}", target.name, tally.failures);
        assert!(tally.kinds > 1, "{}: everything is taken alike", target.name);
    }
}
