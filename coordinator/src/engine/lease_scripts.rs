//! Hand-outs, losses, retries and drains as scripts, in the words of [`super::script`].

use super::script::check;

#[test]
fn a_worker_gets_twice_its_slots_and_is_answered_when_its_results_are_durable() {
    check(
        3,
        "call 1 1
         call 1 1 has 1/1 done 0/1
         stored 0
         call 1 1 done 1/1 2/1
         stored 1 2",
        "w1 plays m0/1 m1/1
         record m0 of w1
         w1 plays m1/1 m2/1
         record m1 of w1
         record m2 of w1
         w1 plays
         finish Complete",
    );
}

#[test]
fn a_lost_worker_costs_one_attempt_and_its_late_report_is_ignored() {
    check(
        1,
        "call 1 1
         at 16
         tick
         call 2 1
         call 1 1 done 0/1
         call 2 1 done 0/2
         stored 0",
        "w1 plays m0/1
         forget w1
         retry m0 of w1: Lost
         w2 plays m0/2
         w1 plays
         record m0 of w2
         w2 plays
         finish Complete",
    );
}

#[test]
fn a_late_result_of_a_match_that_nobody_has_is_welcome() {
    check(
        1,
        "call 1 1
         gone 1
         call 2 1 done 0/1
         stored 0",
        "w1 plays m0/1
         forget w1
         retry m0 of w1: Lost
         record m0 of w2
         w2 plays
         finish Complete",
    );
}

#[test]
fn the_same_report_twice_is_recorded_once() {
    check(
        1,
        "call 1 1
         call 1 1 done 0/1 0/1
         call 1 1 done 0/1
         stored 0
         call 1 1 done 0/1",
        "w1 plays m0/1
         record m0 of w1
         w1 plays
         finish Complete
         compare m0 of w1
         w1 plays",
    );
}

#[test]
fn a_void_match_goes_to_another_worker_where_there_is_one() {
    check(
        2,
        "call 1 1
         call 2 1 idle
         call 1 1 has 1/1 void 0/1
         call 2 1
         call 1 1 has 1/1",
        "w1 plays m0/1 m1/1
         w2 plays
         retry m0 of w1: Void
         w1 plays m1/1 m0/2
         w2 plays
         w1 plays m1/1",
    );
    check(
        4,
        "call 2 1
         call 1 1
         call 2 1 has 1/1 void 0/1
         call 2 1 done 1/1
         stored 1
         call 1 1 done 2/1
         stored 2",
        "w2 plays m0/1 m1/1
         w1 plays m2/1
         retry m0 of w2: Void
         w2 plays m1/1
         record m1 of w2
         w2 plays m3/1
         record m2 of w1
         w1 plays m0/2",
    );
}

#[test]
fn a_match_that_stays_void_is_given_up_with_its_last_reason() {
    check(
        1,
        "call 1 1
         call 1 1 void 0/1
         call 1 1 void 0/2
         call 1 1 void 0/3",
        "w1 plays m0/1
         retry m0 of w1: Void
         w1 plays m0/2
         retry m0 of w1: Void
         w1 plays m0/3
         give up m0/3: shim_died
         w1 plays
         finish Complete",
    );
}

#[test]
fn a_match_that_kills_its_workers_is_given_up() {
    let mut script = String::new();
    let mut expected = String::new();
    for life in 1..=5 {
        script += &format!("call {life} 1\n gone {life}\n");
        expected += &format!("w{life} plays m0/{life}\n forget w{life}\n");
        expected += &if life < 5 { format!("retry m0 of w{life}: Lost\n") } else { String::new() };
    }
    check(1, &script, &(expected + "give up m0/5: worker_lost\n finish Complete"));
}

/// So many workers, one after the other, are there and call, but the match does not move. `acknowledged`: they
/// say that they hold it.
fn stands_still_with(workers: u32, acknowledged: bool) {
    let (mut script, mut expected) = (String::new(), String::new());
    let why = if acknowledged { "Stalled" } else { "Unheard" };
    for worker in 1..=workers {
        let [later, latest, end] = [12, 24, 36].map(|seconds| (worker - 1) * 36 + seconds);
        let holding = if acknowledged { format!("has 0/{worker}") } else { String::new() };
        let calls = format!("call {worker} 1 {holding}");
        script += &format!(
            "call {worker} 1\n at {later}\n {calls}\n at {latest}\n {calls}\n at {end}\n gone {worker}\n"
        );
        expected += &format!("w{worker} plays m0/{worker}\n").repeat(3);
        expected += &match worker == workers {
            true => format!("give up m0/{worker}: stalled\n finish Complete\n"),
            false => format!("retry m0 of w{worker}: {why}\n"),
        };
        expected += &format!("forget w{worker}\n");
    }
    check(1, &script, &expected);
}

#[test]
fn a_match_that_stands_still_with_five_workers_is_given_up() {
    stands_still_with(5, true);
}

#[test]
fn a_match_of_which_its_workers_may_never_have_heard_is_given_up_after_twelve() {
    stands_still_with(12, false);
}

#[test]
fn a_match_that_moves_keeps_its_lease_and_one_that_stands_loses_it() {
    check(
        2,
        "call 1 2
         at 14
         call 1 2 has 0/1@5 1/1@1
         at 28
         call 1 2 has 0/1@9 1/1@1
         at 42
         call 1 2 has 0/1@12 1/1@1
         at 49
         tick
         call 2 2",
        "w1 plays m0/1 m1/1
         w1 plays m0/1 m1/1
         w1 plays m0/1 m1/1
         w1 plays m0/1 m1/1
         retry m1 of w1: Stalled
         w2 plays m1/2",
    );
}

#[test]
fn a_match_that_waits_behind_one_that_moves_keeps_its_lease_but_not_one_that_was_passed_by() {
    check(
        3,
        "call 1 2
         at 15
         call 1 2 has 0/1 1/1 2/1
         at 30
         call 1 2 has 0/1 1/1@3 2/1
         at 35",
        "w1 plays m0/1 m1/1 m2/1
         w1 plays m0/1 m1/1 m2/1
         w1 plays m0/1 m1/1 m2/1
         retry m0 of w1: Stalled",
    );
}

#[test]
fn a_worker_that_waits_for_its_results_to_be_written_is_not_silent() {
    check(
        2,
        "call 1 1
         call 1 1 has 1/1@1 done 0/1
         at 25
         stored 0
         at 33
         call 1 1 has 1/1@2",
        "w1 plays m0/1 m1/1
         record m0 of w1
         w1 plays m1/1
         w1 plays m1/1",
    );
}

#[test]
fn what_waits_behind_a_slow_match_goes_to_whoever_has_nothing() {
    check(
        3,
        "call 1 1
         call 2 1
         call 2 1 done 2/1
         stored 2
         call 1 1 has 0/1@9 1/1
         call 2 1
         call 1 1 has 0/1@10 done 1/1
         call 2 1 done 1/2
         stored 1",
        "w1 plays m0/1 m1/1
         w2 plays m2/1
         record m2 of w2
         w2 plays
         w1 plays m0/1
         w2 plays m1/2
         w1 plays m0/1
         record m1 of w2
         w2 plays",
    );
}

#[test]
fn what_was_taken_back_too_late_counts_as_long_as_nobody_else_has_it() {
    check(
        3,
        "call 1 1
         call 2 1
         call 2 1 done 2/1
         stored 2
         call 1 1 has 0/1@9 1/1
         call 1 1 has 0/1@9 1/1@3
         call 2 1
         call 1 1 has 0/1@10 done 1/1",
        "w1 plays m0/1 m1/1
         w2 plays m2/1
         record m2 of w2
         w2 plays
         w1 plays m0/1
         w1 plays m0/1 m1/1
         w2 plays
         record m1 of w1",
    );
}

#[test]
fn an_answer_that_got_lost_is_repeated() {
    check(
        2,
        "call 1 1
         call 1 1",
        "w1 plays m0/1 m1/1
         w1 plays m0/1 m1/1",
    );
}

#[test]
fn a_restarted_coordinator_takes_over_what_workers_play() {
    check(
        3,
        "call 1 1 has 2/4@100
         call 2 1 has 2/4@100
         call 1 1 done 2/4
         stored 2",
        "w1 plays m2/4 m0/1
         w2 plays m1/1
         record m2 of w1
         w1 plays m0/1",
    );
}

#[test]
fn a_draining_worker_gives_back_what_it_does_not_play_and_is_forgotten_when_it_is_done() {
    check(
        2,
        "call 1 1
         call 1 1 draining has 0/1@5
         call 2 1
         call 1 1 draining done 0/1
         stored 0",
        "w1 plays m0/1 m1/1
         w1 plays m0/1
         w2 plays m1/2
         record m0 of w1
         w1 plays
         forget w1",
    );
}

#[test]
fn a_drain_waits_for_what_is_in_play_and_then_ends() {
    check(
        4,
        "call 1 1
         drain
         call 1 1 has 1/1@7 done 0/1
         stored 0
         call 1 1 done 1/1
         stored 1",
        "w1 plays m0/1 m1/1
         record m0 of w1
         w1 plays m1/1
         record m1 of w1
         w1 plays
         finish Drained",
    );
}

#[test]
fn a_drain_does_not_wait_for_ever() {
    check(
        4,
        "call 1 1
         drain
         call 1 1 has 0/1@7
         at 14
         call 1 1 has 0/1@8
         at 28
         call 1 1 has 0/1@9
         at 42
         call 1 1 has 0/1@10
         at 56
         call 1 1 has 0/1@11
         at 61
         tick",
        "w1 plays m0/1 m1/1
         w1 plays m0/1
         w1 plays m0/1
         w1 plays m0/1
         w1 plays m0/1
         w1 plays m0/1
         finish Drained",
    );
}

#[test]
fn nothing_left_to_play_ends_at_once() {
    check(0, "tick", "finish Complete");
}
