//! The figures are what the store holds, whatever happens meanwhile.

use terms::{
    Attempt, BySeat, Digest, Fault, FaultKind, FuelHistogram, GameId, Limits, Outcome, Policy,
    Scores as Points, Seat, SeatUsage, Seed, Verdict,
};

use super::*;
use crate::schedule::Setting;
use crate::store::SqliteStore;

/// A tournament of bots with those names, and a store for it.
struct Stage {
    scores: Scores,
    schedule: Arc<Schedule>,
    names: Vec<String>,
    store: SqliteStore,
    _home: tempfile::TempDir,
}

impl Stage {
    /// Bots whose contents are the same letter are twins.
    async fn of(bots: &[(&str, &str)], rounds: u32) -> Stage {
        let setting = Setting {
            game: GameId::named("spacecode").unwrap(),
            limits: Limits::default(),
            policy: Policy::open(),
            runtime: Digest::of(b"runtime"),
        };
        let digests = bots.iter().map(|(_, contents)| Digest::of(contents.as_bytes())).collect();
        let schedule = Arc::new(Schedule::new(setting, digests, Seed(1), rounds).unwrap());
        let names = bots.iter().map(|(name, _)| (*name).to_owned()).collect();
        let home = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&home.path().join("store"), 0).await.unwrap();
        Stage { scores: Scores::new(), schedule, names, store, _home: home }
    }

    fn begin(&self, known: usize) {
        self.scores.begin(self.names.clone(), self.schedule.clone(), known);
    }

    fn setting(&self) -> Digest {
        self.schedule.setting().digest()
    }

    /// What a worker says of a match; another one of another `opinion`.
    fn result(&self, no: u32, opinion: u64, worker: &str) -> StoredResult {
        let spec = self.schedule.spec(MatchNo(no)).unwrap();
        let luck = (u64::from(no) * 7 + opinion) % 5;
        let verdict = match luck {
            0 => Verdict::Played(Points::DRAW),
            1 => Verdict::Forfeit(BySeat([true, false])),
            2 => Verdict::Played(Points::win(Seat::One)),
            _ => Verdict::Played(Points::win(Seat::Zero)),
        };
        let fault = |kind| Fault {
            seat: Seat::Zero,
            kind,
            tick: 1,
            message: String::new(),
            traceback: String::new(),
        };
        let faults = if luck == 1 {
            vec![fault(FaultKind::Exception), fault(FaultKind::OutOfFuel)]
        } else {
            Vec::new()
        };
        let usage = |seat: u64| {
            let mut turn_fuel = FuelHistogram::default();
            turn_fuel.record(1_000 * (luck + seat + opinion));
            let memory_peak_bytes = 65_536 * (u64::from(no) + opinion);
            SeatUsage { turn_fuel, memory_peak_bytes, ..SeatUsage::default() }
        };
        StoredResult {
            id: spec.id(),
            seed: spec.seed,
            bots: spec.bots,
            outcome: Outcome {
                verdict,
                faults,
                ticks: 1,
                digest: Digest::of(&[luck as u8]),
                fuel_digest: Digest::NONE,
                transcript: Digest::NONE,
                usage: BySeat([usage(0), usage(1)]),
                host_message: String::new(),
            },
            record: Vec::new(),
            worker: worker.to_owned(),
            layers: Vec::new(),
            attempt: Attempt::FIRST,
            wall_micros: 1,
            recorded_at_ms: 1,
        }
    }

    async fn record(&self, results: &[StoredResult], is_late: bool) {
        let written = self.store.record(self.setting(), results).await.unwrap();
        let late = std::iter::repeat_n(is_late, results.len());
        self.scores.wrote(results.iter().zip(&written).zip(late));
    }

    async fn amend(&self, amendments: &[Amendment]) {
        self.store.amend(self.setting(), amendments, 0).await.unwrap();
        self.scores.amended(amendments);
    }

    /// One part of what is to be read.
    async fn read_on(&self) {
        self.scores.with(|state| state.count.wait_no_longer());
        self.scores.count_for(&self.store, Duration::ZERO).await;
    }

    async fn read_all(&self) {
        while !self.scores.with(|state| state.count.is_complete()).unwrap() {
            self.read_on().await;
        }
    }

    /// The page of somebody who begins now.
    async fn afresh(&self) -> String {
        let fresh = Scores::new();
        let known = self.store.recorded(self.setting()).await.unwrap().len();
        fresh.begin(self.names.clone(), self.schedule.clone(), known);
        fresh.count(&self.store).await;
        fresh.to_text()
    }
}

fn figure(page: &str, series: &str) -> Option<f64> {
    let line =
        page.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[tokio::test]
async fn what_is_written_is_counted_at_once() {
    let stage = Stage::of(&[("a", "a"), ("b", "b"), ("c", "c")], 4).await;
    stage.begin(0);
    let results: Vec<_> = (0..stage.schedule.match_count()).map(|no| stage.result(no, 0, "w")).collect();
    for batch in results.chunks(5) {
        stage.record(batch, false).await;
    }
    let page = stage.scores.to_text();
    assert_eq!(page, stage.afresh().await);
    // Two points are given in each match, by halves.
    let points: f64 = ["a", "b", "c"]
        .iter()
        .filter_map(|bot| figure(&page, &format!("arena_bot_points{{bot=\"{bot}\"}}")))
        .sum();
    assert_eq!(points, 24.0);
    let fuel: f64 = ["a", "b", "c"]
        .iter()
        .filter_map(|bot| figure(&page, &format!("arena_bot_faults{{bot=\"{bot}\",kind=\"out_of_fuel\"}}")))
        .sum();
    let forfeits = results.iter().filter(|one| matches!(one.outcome.verdict, Verdict::Forfeit(_))).count();
    assert!(forfeits > 0);
    assert_eq!(fuel, forfeits as f64);
    assert_eq!(figure(&page, "arena_bots_counted"), Some(1.0));
}

#[tokio::test]
async fn a_match_that_decides_several_rows_counts_in_each_as_it_does_in_the_results() {
    let stage = Stage::of(&[("a", "a"), ("one", "same"), ("other", "same")], 1).await;
    assert_eq!(stage.schedule.match_count(), 3);
    stage.begin(0);
    stage.record(&[0, 1, 2].map(|no| stage.result(no, 0, "w")), false).await;
    stage.scores.gave_up(MatchNo(0));
    let page = stage.scores.to_text();
    let of = |bot: &str| -> f64 {
        let outcomes = ["win", "draw", "loss"];
        outcomes
            .iter()
            .filter_map(|outcome| {
                figure(&page, &format!("arena_bot_matches{{bot=\"{bot}\",outcome=\"{outcome}\"}}"))
            })
            .sum()
    };
    assert_eq!(["a", "one", "other"].map(of), [4.0, 4.0, 4.0]);
    let void = |bot: &str| figure(&page, &format!("arena_bot_matches{{bot=\"{bot}\",outcome=\"void\"}}"));
    assert_eq!(["a", "one", "other"].map(void), [Some(2.0), Some(1.0), Some(1.0)]);
}

#[tokio::test]
async fn what_was_there_before_is_read_in_parts_while_results_come_in() {
    let stage = Stage::of(&[("a", "a"), ("b", "b"), ("c", "c"), ("d", "d")], 20).await;
    let results: Vec<_> = (0..stage.schedule.match_count()).map(|no| stage.result(no, 0, "w")).collect();
    let (before, after) = results.split_at(100);
    stage.store.record(stage.setting(), before).await.unwrap();
    // As if there were so many that there are 256 parts.
    stage.begin(20_000);
    stage.read_on().await;
    let page = stage.scores.to_text();
    assert_eq!(figure(&page, "arena_bots_counted"), Some(0.0));
    assert!(!page.contains("bot=\""), "half of the results are no standings: {page}");
    for batch in after.chunks(3) {
        stage.record(batch, false).await;
        stage.read_on().await;
    }
    stage.read_all().await;
    assert_eq!(stage.scores.to_text(), stage.afresh().await);
}

#[tokio::test]
async fn corrections_are_found_whenever_they_come() {
    let stage = Stage::of(&[("a", "a"), ("b", "b"), ("c", "c")], 20).await;
    stage.begin(0);
    stage.scores.with(|state| (0..5_000).for_each(|_| state.count.grown()));
    let all = 0..stage.schedule.match_count();
    let liar: Vec<_> = all.clone().take(30).map(|no| stage.result(no, 3, "liar")).collect();
    let honest: Vec<_> = all.skip(30).map(|no| stage.result(no, 0, "w")).collect();
    stage.record(&liar, false).await;
    stage.record(&honest[..40], false).await;
    let before = stage.scores.to_text();

    let (by, reason) = (Box::new(stage.result(5, 0, "w")), "it was wrong".to_owned());
    let replace = Amendment::Replace { by, corroborated_by: None, reason: reason.clone() };
    stage
        .amend(&[replace, Amendment::SetAside { id: stage.result(7, 3, "liar").id, reason: reason.clone() }])
        .await;
    assert_eq!(figure(&stage.scores.to_text(), "arena_bots_counted"), Some(0.0), "and says so");
    stage.read_on().await;
    stage.record(&honest[40..60], false).await;
    stage.read_on().await;
    // In the middle of counting.
    stage.amend(&[Amendment::Distrust { worker: "liar".to_owned(), reason }]).await;
    stage.record(&[stage.result(7, 0, "w"), stage.result(8, 0, "w")], false).await;
    stage.read_all().await;
    let after = stage.scores.to_text();
    assert_eq!(after, stage.afresh().await);
    assert_ne!(figure(&after, "arena_bot_memory_peak_bytes{bot=\"a\"}"), None);
    assert_ne!(before, after);
}

#[tokio::test]
async fn what_somebody_else_wrote_is_found_and_what_came_late_is_nothing_new() {
    let stage = Stage::of(&[("a", "a"), ("b", "b")], 5).await;
    stage.begin(0);
    let results: Vec<_> = (0..10).map(|no| stage.result(no, 0, "w")).collect();
    stage.record(&results[..4], false).await;
    stage.record(&results[..4], true).await;
    stage.record(&[stage.result(1, 3, "other")], true).await;
    assert_eq!(figure(&stage.scores.to_text(), "arena_bots_counted"), Some(1.0));
    stage.store.record(stage.setting(), &results[4..6]).await.unwrap();
    stage.record(&results[4..8], false).await;
    assert_eq!(figure(&stage.scores.to_text(), "arena_bots_counted"), Some(0.0));
    stage.read_all().await;
    assert_eq!(stage.scores.to_text(), stage.afresh().await);
}

#[tokio::test]
async fn a_store_that_is_corrected_all_the_time_is_not_read_all_the_time() {
    let stage = Stage::of(&[("a", "a"), ("b", "b")], 5).await;
    stage.begin(1);
    stage.scores.count(&stage.store).await;
    assert_eq!(figure(&stage.scores.to_text(), "arena_bots_counted"), Some(1.0));
    let amendment = Amendment::SetAside { id: stage.result(1, 0, "w").id, reason: String::new() };
    stage.amend(&[amendment]).await;
    let now = Instant::now();
    assert!(!stage.scores.is_waiting(now));
    assert!(stage.scores.is_waiting(now + Duration::from_secs(60)));
}

#[tokio::test]
async fn names_are_text_and_nothing_else() {
    let names =
        ["\"} 1\narena_bot_points{bot=\"hunter", "back\\slash\\", "\u{1F680}", "{", &"long".repeat(60)];
    let bots: Vec<_> = names.iter().map(|name| (*name, *name)).collect();
    let stage = Stage::of(&bots, 1).await;
    stage.begin(0);
    let page = stage.scores.to_text();
    let points = page.lines().filter(|line| line.starts_with("arena_bot_points{")).collect::<Vec<_>>();
    assert_eq!(points.len(), names.len());
    assert!(
        points.contains(&r#"arena_bot_points{bot="\"} 1\narena_bot_points{bot=\"hunter"} 0"#),
        "{points:?}"
    );
    assert!(points.contains(&r#"arena_bot_points{bot="back\\slash\\"} 0"#), "{points:?}");
}

#[tokio::test]
async fn of_a_thousand_bots_the_first_are_shown() {
    let names: Vec<String> = (0..1_000).map(|number| format!("bot{number:03}")).collect();
    let bots: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
    let stage = Stage::of(&bots, 1).await;
    stage.begin(0);
    // The last one wins its first match against the first one; nobody else has played.
    let best = (0..stage.schedule.match_count())
        .map(MatchNo)
        .find(|no| stage.schedule.seats(no.index()).unwrap().0 == [999, 998]);
    let won = StoredResult {
        outcome: Outcome {
            verdict: Verdict::Played(Points::win(Seat::Zero)),
            ..stage.result(0, 0, "w").outcome
        },
        ..stage.result(best.unwrap().0, 0, "w")
    };
    stage.record(&[won], false).await;
    let began = Instant::now();
    let page = stage.scores.to_text();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(figure(&page, "arena_bots_left_out"), Some(800.0));
    assert_eq!(figure(&page, "arena_bot_rank{bot=\"bot999\"}"), Some(1.0));
    assert_eq!(figure(&page, "arena_bot_rank{bot=\"bot000\"}"), Some(2.0));
    assert_eq!(page.lines().filter(|line| line.starts_with("arena_bot_rank{")).count(), 200);
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
}

#[test]
fn before_a_tournament_is_known_there_is_a_page_without_bots() {
    let scores = Scores::new();
    assert_eq!(figure(&scores.to_text(), "arena_bots_counted"), Some(0.0));
    scores.gave_up(MatchNo(7));
}
