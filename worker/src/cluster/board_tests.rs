//! What the board promises to the slots and to the coordinator.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use terms::{
    Attempt, BySeat, Digest, GameId, Limits, MatchSpec, Outcome, Policy, Report, Scores, SeatUsage, Seed,
    Verdict,
};

use super::board::RECORDS_BYTES_MAX;
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
    let board = Board::new(2);
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
    let board = Board::new(2);
    board.want(vec![job(1, 1), job(2, 1)]);
    let playing = board.take().unwrap();
    board.want(Vec::new());
    assert_eq!(board.holding().len(), 1);
    assert_eq!(board.holding()[0].match_id, playing.id.0.0.to_vec());
}

#[test]
fn another_attempt_is_another_match_to_play() {
    let board = Board::new(2);
    board.want(vec![job(1, 1)]);
    let _playing = board.take().unwrap();
    board.want(vec![job(1, 2)]);
    assert_eq!(held(&board), [1, 2]);
}

#[test]
fn a_result_is_kept_until_exactly_it_is_settled() {
    let board = Board::new(1);
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
    let board = Board::new(1);
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
    let board = Arc::new(Board::new(2));
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
    let board = Arc::new(Board::new(1));
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
