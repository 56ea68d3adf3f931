//! What the board promises to the slots and to the coordinator.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use terms::{
    Attempt, BySeat, Digest, GameId, Limits, MatchSpec, Outcome, Policy, Report, Scores, SeatUsage, Seed,
    Verdict,
};

use rpc::v1;

use super::board::{MEMORY_BYTES_MAX, RECORDS_BYTES_MAX};
use super::spool::{Bounds, Spool};
use super::{Board, Job};

fn job(seed: u64, attempt: u32) -> Job<()> {
    let spec = MatchSpec {
        game: GameId::named("spacecode").unwrap(),
        seed: Seed(seed),
        bots: BySeat([Digest::of(b"a"), Digest::of(b"b")]),
        limits: Limits::default(),
        policy: Policy::open(),
        runtime: Digest::of(b"runtime"),
    };
    let (id, attempt, ticks) = (spec.id(), Attempt(attempt), Arc::new(AtomicU32::new(0)));
    Job { id, attempt, spec, ready: Arc::new(()), ticks }
}

fn report(job: &Job<()>) -> Report {
    let outcome = Outcome {
        verdict: Verdict::Played(Scores::DRAW),
        faults: Vec::new(),
        ticks: 1,
        digest: Digest::of(b"digest"),
        fuel_digest: Digest::of(b"fuel"),
        transcript: Digest::of(b"address"),
        usage: BySeat::from_fn(|_| SeatUsage::default()),
        host_message: String::new(),
    };
    Report { id: job.id, attempt: job.attempt, outcome, record: b"record".to_vec(), wall_micros: 1 }
}

fn held(board: &Board<()>) -> Vec<u32> {
    board.holding().iter().map(|holding| holding.attempt).collect()
}

#[test]
fn hearing_the_same_answer_twice_changes_nothing() {
    let board = Board::new(2, None);
    board.want(vec![job(1, 1), job(2, 1), job(3, 1)]);
    let first = board.take().unwrap();
    board.want(vec![job(1, 1), job(2, 1), job(3, 1)]);
    assert_eq!(board.holding().len(), 3);
    assert_eq!(board.take().unwrap().spec.seed, Seed(2));
    board.finish(report(&first));
    board.want(vec![job(1, 1), job(2, 1), job(3, 1)]);
    assert_eq!(board.holding().len(), 2, "a finished match is not taken up again");
}

#[test]
fn what_is_not_wanted_any_more_is_dropped_unless_it_is_played() {
    let board = Board::new(2, None);
    board.want(vec![job(1, 1), job(2, 1)]);
    let playing = board.take().unwrap();
    board.want(Vec::new());
    assert_eq!(board.holding().len(), 1);
    assert_eq!(board.holding()[0].match_id, playing.id.0.0.to_vec());
}

#[test]
fn another_attempt_is_another_match_to_play() {
    let board = Board::new(2, None);
    board.want(vec![job(1, 1)]);
    let _playing = board.take().unwrap();
    board.want(vec![job(1, 2)]);
    assert_eq!(held(&board), [1, 2]);
}

#[test]
fn a_result_is_kept_until_exactly_it_is_settled() {
    let board = Board::new(1, None);
    board.want(vec![job(1, 1)]);
    let played = board.take().unwrap();
    board.finish(report(&played));
    board.settle(&[(played.id, Attempt(2)), (job(2, 1).id, Attempt(1))]);
    assert_eq!(board.finished(usize::MAX).0.len(), 1);
    board.settle(&[(played.id, Attempt(1))]);
    assert!(board.is_empty());
}

#[test]
fn results_go_out_oldest_first_and_as_many_as_fit() {
    let board = Board::new(1, None);
    board.want((1..=3).map(|seed| job(seed, 1)).collect());
    let ids: Vec<_> = (0..3)
        .map(|_| {
            let played = board.take().unwrap();
            board.finish(report(&played));
            played.id.0.0.to_vec()
        })
        .collect();
    let (all, has_more) = board.finished(usize::MAX);
    assert_eq!(all.iter().map(|report| report.match_id.clone()).collect::<Vec<_>>(), ids);
    assert!(!has_more);
    let (first, has_more) = board.finished(1);
    assert_eq!((first.len(), has_more), (1, true), "one always goes, or nothing ever would");
}

#[test]
fn a_closed_board_gives_back_what_waits_and_sends_the_slots_home() {
    let board = Arc::new(Board::new(2, None));
    board.want(vec![job(1, 1), job(2, 1)]);
    let playing = board.take().unwrap();
    let waiting = std::thread::scope(|scope| {
        board.take().unwrap();
        let slot = scope.spawn(|| board.take().is_none());
        board.close();
        slot.join().unwrap()
    });
    assert!(waiting, "a slot that waits is told");
    assert_eq!(board.holding().len(), 2);
    board.finish(report(&playing));
    assert_eq!(board.finished(usize::MAX).0.len(), 1, "what was played is still reported");
}

#[test]
fn nothing_new_begins_while_transcripts_pile_up_that_nobody_takes() {
    let board = Arc::new(Board::new(1, None));
    board.want(vec![job(1, 1), job(2, 1)]);
    let first = board.take().unwrap();
    board.finish(Report { record: vec![0; RECORDS_BYTES_MAX], ..report(&first) });
    let (taken_in, taken) = std::sync::mpsc::channel();
    let slot = board.clone();
    std::thread::Builder::new().spawn(move || taken_in.send(slot.take().map(|job| job.spec.seed))).unwrap();
    let too_early = taken.recv_timeout(std::time::Duration::from_millis(100));
    assert!(too_early.is_err(), "{too_early:?}");
    board.settle(&[(first.id, first.attempt)]);
    assert_eq!(taken.recv(), Ok(Some(Seed(2))));
}

fn spool(root: &tempfile::TempDir) -> Option<Arc<Spool>> {
    Some(Arc::new(Spool::open(root.path(), Bounds::default(), 1).unwrap()))
}

fn play(board: &Board<()>, seed: u64) -> Report {
    board.want(vec![job(seed, 1)]);
    let report = report(&board.take().unwrap());
    board.finish(report.clone());
    report
}

#[test]
fn as_long_as_the_coordinator_answers_nothing_is_written() {
    let root = tempfile::tempdir().unwrap();
    let board = Board::new(1, spool(&root));
    play(&board, 1);
    assert_eq!(board.spooled_count(), 0);
}

#[test]
fn what_is_spilled_or_finished_while_nobody_answers_is_reported_by_the_next_process() {
    let root = tempfile::tempdir().unwrap();
    let board = Board::new(1, spool(&root));
    let before = play(&board, 1);
    board.set_spooling(true);
    assert_eq!((board.spill(), board.spooled_count()), (0, 1));
    let meanwhile = play(&board, 2);
    assert_eq!(board.spooled_count(), 2);
    board.set_spooling(false);
    play(&board, 3);
    assert_eq!(board.spooled_count(), 2, "it answers again");
    drop(board);

    let next = Board::<()>::new(1, spool(&root));
    let mut reported = next.finished(usize::MAX).0;
    reported.sort_by_key(|report| report.match_id != before.id.0.0.to_vec());
    assert_eq!(reported, [v1::Report::from(&before), v1::Report::from(&meanwhile)]);
    assert!(!next.is_empty());
    assert!(next.settle(&[(before.id, before.attempt), (meanwhile.id, meanwhile.attempt)]));
    assert!(next.is_empty());
    drop(next);
    assert!(Board::<()>::new(1, spool(&root)).is_empty(), "what was settled is forgotten on disk as well");
}

#[test]
fn a_match_whose_result_is_in_the_spool_is_not_played_again() {
    let root = tempfile::tempdir().unwrap();
    let board = Board::new(1, spool(&root));
    play(&board, 1);
    board.spill();
    drop(board);
    let next = Board::new(1, spool(&root));
    next.want(vec![job(1, 1), job(2, 1)]);
    assert_eq!(next.take().unwrap().spec.seed, Seed(2));
}

#[test]
fn results_that_pile_up_go_to_the_spool_instead_of_stopping_the_slots() {
    let root = tempfile::tempdir().unwrap();
    let board = Board::new(1, spool(&root));
    board.want(vec![job(1, 1), job(2, 1)]);
    for _ in 0..2 {
        let played = board.take().unwrap();
        board.finish(Report { record: vec![0; MEMORY_BYTES_MAX], ..report(&played) });
    }
    assert_eq!(board.spooled_count(), 1);
    assert!(!board.is_full());
}

#[test]
fn a_spool_that_is_damaged_loses_what_is_damaged_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let board = Board::new(1, spool(&root));
    let (bad, good) = (play(&board, 1), play(&board, 2));
    board.spill();
    drop(board);
    for entry in std::fs::read_dir(root.path().join("0")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().contains(&bad.id.to_string()) {
            std::fs::write(path, "garbage").unwrap();
        }
    }
    let next = Board::<()>::new(1, spool(&root));
    assert_eq!(next.finished(usize::MAX).0, [v1::Report::from(&good)]);
    assert_eq!(next.spooled_count(), 1);
}

#[test]
fn a_match_that_is_given_back_was_never_here() {
    let board = Board::new(1, None);
    board.want(vec![job(1, 1)]);
    let taken = board.take().unwrap();
    board.give_back(&taken);
    assert!(board.is_empty());
    board.want(vec![job(1, 1)]);
    assert_eq!(board.take().unwrap().id, taken.id, "if it is wanted again, it is played");
}

#[test]
fn what_our_side_could_not_finish_is_not_worth_a_file() {
    let root = tempfile::tempdir().unwrap();
    let board = Board::new(1, spool(&root));
    board.want(vec![job(1, 1)]);
    let mut void = report(&board.take().unwrap());
    void.outcome.verdict = Verdict::Void(terms::HostFault::ShimDied);
    board.finish(void);
    assert_eq!((board.spill(), board.spooled_count(), board.finished(usize::MAX).0.len()), (0, 0, 1));
}
