//! Promises of the store, kept by real databases: each of the suite by a file of SQLite and by a server
//! of PostgreSQL.

mod broken;
mod home;
mod postgres;
mod sqlite;

use terms::{
    Attempt, BySeat, Fault, FaultKind, FuelHistogram, HostFault, Outcome, Scores, Seat, SeatUsage, Seed,
    Verdict,
};

use super::*;
use home::Home;

/// Every test of the suite, on both.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod in_a_file {
            $(#[tokio::test]
            async fn $test() { super::$test(&super::Home::file()).await; })*
        }
        mod in_a_database {
            $(#[tokio::test]
            async fn $test() { super::$test(&super::Home::database()).await; })*
        }
    };
}

on_both! {
    results_survive_closing_and_opening
    the_first_result_of_a_match_stays
    a_large_batch_is_written_in_order_whatever_is_in_it
    a_result_is_found_by_the_beginning_of_its_id
    all_results_can_be_read_in_parts
    a_result_that_is_replaced_is_set_aside_and_not_lost
    what_a_distrusted_worker_alone_vouches_for_is_set_aside
    a_store_of_any_older_version_is_brought_up_to_date
    a_store_of_a_newer_version_is_refused_and_left_alone
    many_may_open_a_new_store_at_once
    void_results_are_refused_and_nothing_of_their_batch_is_written
    a_result_that_was_tampered_with_is_named
}

fn result(name: &str, verdict: Verdict) -> StoredResult {
    let mut turn_fuel = FuelHistogram::default();
    turn_fuel.record(90_000);
    let usage = SeatUsage {
        load_fuel: 1,
        turns_fuel: u64::MAX,
        turn_fuel,
        memory_peak_bytes: 3,
        log_dropped_bytes: 4,
    };
    let fault = Fault {
        seat: Seat::One,
        kind: FaultKind::Exception,
        tick: 17,
        message: "it's \"odd\"\0\u{1F600}".to_owned(),
        traceback: "line 1\nline 2".to_owned(),
    };
    StoredResult {
        id: MatchId(Digest::of(name.as_bytes())),
        seed: Seed(u64::MAX >> 1),
        bots: BySeat([Digest::of(b"zero"), Digest::of(b"one")]),
        outcome: Outcome {
            verdict,
            faults: vec![fault],
            ticks: 412,
            digest: Digest::of(b"transcript"),
            fuel_digest: Digest::of(b"fuel"),
            transcript: Digest::of(b"address"),
            usage: BySeat([usage, SeatUsage::default()]),
            host_message: String::new(),
        },
        record: Vec::new(),
        worker: "worker one".to_owned(),
        layers: vec!["seccomp".to_owned(), "landlock".to_owned()],
        attempt: Attempt(2),
        wall_micros: 1_500,
        recorded_at_ms: 1_700_000_000_000,
    }
}

fn setting() -> Digest {
    Digest::of(b"setting")
}

fn draw(name: &str) -> StoredResult {
    result(name, Verdict::Played(Scores::DRAW))
}

async fn all(store: &AnyStore) -> Vec<StoredResult> {
    let mut results = Vec::new();
    store.for_each_result(setting(), |result| results.push(result)).await.unwrap();
    results
}

async fn all_results_can_be_read_in_parts(home: &Home) {
    let store = home.open().await;
    let results: Vec<_> = (0..100).map(|number| draw(&format!("m{number}"))).collect();
    store.record(setting(), &results[..70]).await.unwrap();
    store.record(Digest::of(b"another setting"), &results[70..]).await.unwrap();
    let mut parts = Vec::new();
    for digit in "0123456789abcdef".chars() {
        let digits = digit.to_string();
        store.for_each_beginning(&digits, |result| parts.push(result)).await.unwrap();
        assert!(parts.iter().rev().take(1).all(|result| result.id.to_string().starts_with(digit)));
    }
    let mut whole = Vec::new();
    store.for_each_beginning("", |result| whole.push(result)).await.unwrap();
    let ids = |results: &[StoredResult]| {
        let mut ids: Vec<_> = results.iter().map(|result| result.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&parts), ids(&results));
    assert_eq!(ids(&whole), ids(&results));
}

async fn results_survive_closing_and_opening(home: &Home) {
    let played = result("a", Verdict::Played(Scores::win(Seat::One)));
    let forfeit = result("b", Verdict::Forfeit(BySeat([true, false])));
    let store = home.open().await;
    let written = store.record(setting(), &[played.clone(), forfeit.clone()]).await.unwrap();
    assert_eq!(written, [Written::New, Written::New]);
    store.close().await;

    let store = home.open().await;
    let mut ids = store.recorded(setting()).await.unwrap();
    ids.sort();
    let mut expected = [played.id, forfeit.id];
    expected.sort();
    assert_eq!(ids, expected);
    let mut results = all(&store).await;
    results.sort_by_key(|result| result.outcome.verdict.name());
    assert_eq!(results, [forfeit, played]);
    assert_eq!(store.settings().await.unwrap(), [setting()]);
    assert_eq!(store.recorded(Digest::of(b"another setting")).await.unwrap(), []);
}

async fn the_first_result_of_a_match_stays(home: &Home) {
    let store = home.open().await;
    let first = draw("a");
    let mut other = first.clone();
    // Even if only the fuel differs.
    other.outcome.usage[Seat::Zero].load_fuel += 1;
    let kept = Box::new(first.clone());
    let conflict = Written::Conflict { kept };
    let written = store.record(setting(), &[first.clone(), first.clone(), other.clone()]).await.unwrap();
    assert_eq!(written, [Written::New, Written::Same, conflict.clone()]);
    let written = store.record(setting(), &[other, first.clone()]).await.unwrap();
    assert_eq!(written, [conflict, Written::Same]);
    assert_eq!(all(&store).await, [first]);
}

async fn a_large_batch_is_written_in_order_whatever_is_in_it(home: &Home) {
    let store = home.open().await;
    let old: Vec<StoredResult> = (0..50).map(|n| draw(&format!("m{}", 3 * n))).collect();
    store.record(setting(), &old).await.unwrap();
    // More than fit into a statement, no multiple of anything, every third one known.
    let batch: Vec<StoredResult> = (0..150).map(|n| draw(&format!("m{n}"))).collect();
    let written = store.record(setting(), &batch).await.unwrap();
    let expected: Vec<Written> =
        (0..150).map(|n| if n % 3 == 0 { Written::Same } else { Written::New }).collect();
    assert_eq!(written, expected);
    assert_eq!(store.record(setting(), &[]).await.unwrap(), []);
    let by_id = |mut results: Vec<StoredResult>| {
        results.sort_by_key(|result| result.id);
        results
    };
    assert_eq!(by_id(all(&store).await), by_id(batch));
}

async fn a_result_is_found_by_the_beginning_of_its_id(home: &Home) {
    let store = home.open().await;
    let batch: Vec<StoredResult> = (0..40).map(|n| draw(&format!("m{n}"))).collect();
    store.record(setting(), &batch).await.unwrap();
    for result in &batch {
        let id = result.id.to_string();
        assert_eq!(store.find(&id).await.unwrap(), std::slice::from_ref(result));
        assert_eq!(store.find(&id[..12]).await.unwrap(), std::slice::from_ref(result));
    }
    // Forty ids share sixteen digits.
    let mut founds = Vec::new();
    for digit in "0123456789abcdef".chars() {
        founds.push(store.find(&digit.to_string()).await.unwrap().len());
    }
    assert!(founds.contains(&2) && founds.iter().all(|found| *found <= 2), "{founds:?}");
    assert_eq!(store.find("ffffffffffff").await.unwrap(), []);
}

/// What `amend` makes of one change.
async fn amend(store: &AnyStore, amendment: Amendment) -> Amended {
    store.amend(setting(), &[amendment], 5).await.unwrap().remove(0)
}

/// What was set aside, a line for each.
const SET_ASIDE: &str = "SELECT worker || ': ' || reason || ' at ' || CAST(set_aside_at_ms AS TEXT) FROM set_aside \
     ORDER BY worker, match_id";

async fn a_result_that_is_replaced_is_set_aside_and_not_lost(home: &Home) {
    let store = home.open().await;
    let wrong = draw("a");
    let right = StoredResult {
        outcome: Outcome { verdict: Verdict::Played(Scores::win(Seat::One)), ..wrong.outcome.clone() },
        worker: "worker two".to_owned(),
        ..wrong.clone()
    };
    store.record(setting(), std::slice::from_ref(&wrong)).await.unwrap();
    let (by, corroborated_by) = (Box::new(right.clone()), Some("worker three".to_owned()));
    amend(&store, Amendment::Replace { by, corroborated_by, reason: "outvoted".to_owned() }).await;
    assert_eq!(all(&store).await, std::slice::from_ref(&right));
    assert_eq!(home.read(SET_ASIDE).await, ["worker one: outvoted at 5"]);
    // The new one is corroborated: its worker alone does not vouch for it.
    let distrust = Amendment::Distrust { worker: "worker two".to_owned(), reason: String::new() };
    assert_eq!(amend(&store, distrust).await, Amended::Distrusted(Vec::new()));
    // The old one may come back, if the match is played again after this.
    let reason = "nobody knows".to_owned();
    amend(&store, Amendment::SetAside { id: right.id, reason }).await;
    assert_eq!(all(&store).await, []);
    assert_eq!(store.record(setting(), std::slice::from_ref(&wrong)).await.unwrap(), [Written::New]);
}

async fn what_a_distrusted_worker_alone_vouches_for_is_set_aside(home: &Home) {
    let store = home.open().await;
    let [lone, own, shared, other] =
        ["lone", "own", "shared", "other"].map(|name| result(name, Verdict::Played(Scores::DRAW)));
    let other = StoredResult { worker: "worker two".to_owned(), ..other };
    let many = [lone.clone(), own.clone(), shared.clone(), other.clone()];
    store.record(setting(), &many).await.unwrap();
    for (id, worker) in
        [(own.id, "worker one"), (shared.id, "worker two"), (other.id, "worker one"), (own.id, "worker one")]
    {
        amend(&store, Amendment::Corroborate { id, worker: worker.to_owned() }).await;
    }
    let distrust =
        |worker: &str| Amendment::Distrust { worker: worker.to_owned(), reason: "liar".to_owned() };
    let Amended::Distrusted(mut gone) = amend(&store, distrust("worker one")).await else { panic!() };
    gone.sort();
    let mut expected = [&lone, &own].map(|result| (result.id, mark(&result.outcome)));
    expected.sort();
    assert_eq!(gone, expected);
    let elsewhere = store.amend(Digest::of(b"another setting"), &[distrust("worker two")], 5).await.unwrap();
    assert_eq!(elsewhere, [Amended::Distrusted(Vec::new())]);
    // A worker that is not believed corroborates nothing.
    let Amended::Distrusted(gone) = amend(&store, distrust("worker two")).await else { panic!() };
    assert_eq!(gone, [(other.id, mark(&other.outcome))]);
    assert_eq!(all(&store).await, [shared]);
    assert_eq!(home.read(SET_ASIDE).await.len(), 3);
}

async fn a_store_of_any_older_version_is_brought_up_to_date(home: &Home) {
    for older in 1..schema::NEWEST {
        home.empty().await;
        home.run(schema::CREATE_VERSION).await;
        for step in schema::MIGRATIONS.iter().take_while(|step| step.version <= older) {
            for statement in step.statements {
                home.run(statement).await;
            }
            home.run(&format!("INSERT INTO arena_schema VALUES ({}, 0)", step.version)).await;
        }
        let old = Digest::of(b"old");
        home.run(&format!(
            "INSERT INTO results VALUES ('{old}', '{setting}', 7, '{old}', '{old}', 'played', 1, 1, 3, '{old}', \
             '{detail}', 'worker one', 'seccomp', 1, 2, 3)",
            setting = setting(),
            detail = r#"{"version": 1, "verdict": {"played": [1, 1]}, "faults": [], "usage": [
                {"load_fuel": 1, "turns_fuel": 2, "turn_fuel": [], "memory_peak_bytes": 3, "log_dropped_bytes": 4},
                {"load_fuel": 1, "turns_fuel": 2, "turn_fuel": [], "memory_peak_bytes": 3, "log_dropped_bytes": 4}]}"#,
        ))
        .await;
        let store = home.open().await;
        let version = home.read("SELECT CAST(MAX(version) AS TEXT) FROM arena_schema").await;
        assert_eq!(version, [schema::NEWEST.to_string()], "from {older}");
        let results = all(&store).await;
        assert_eq!(results.iter().map(|result| result.id.0).collect::<Vec<_>>(), [old], "from {older}");
        amend(&store, Amendment::SetAside { id: MatchId(old), reason: String::new() }).await;
        assert_eq!(home.read(SET_ASIDE).await, ["worker one:  at 5"], "from {older}");
        store.close().await;
    }
}

async fn a_store_of_a_newer_version_is_refused_and_left_alone(home: &Home) {
    let store = home.open().await;
    home.run("INSERT INTO arena_schema VALUES (99, 0)").await;
    store.close().await;
    for refused in [claim(&home.place, 0).await, open(&home.place, 0).await] {
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("newer version") && refused.contains("schema is 99"), "{refused}");
    }
}

async fn many_may_open_a_new_store_at_once(home: &Home) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let place = home.place.clone();
        tasks.spawn(async move {
            // Only one at a time may write to a database: the others come again.
            loop {
                match claim(&place, 0).await {
                    Ok(store) => {
                        let written = store.record(setting(), &[draw(&format!("m{number}"))]).await.unwrap();
                        assert_eq!(written, [Written::New]);
                        store.close().await;
                        return;
                    }
                    Err(StoreError::Held { .. }) => tokio::task::yield_now().await,
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    tasks.join_all().await;
    let lookers: Vec<_> = (0..4).map(|_| home.place.clone()).collect();
    for place in lookers {
        assert_eq!(open(&place, 0).await.unwrap().recorded(setting()).await.unwrap().len(), 8);
    }
}

async fn void_results_are_refused_and_nothing_of_their_batch_is_written(home: &Home) {
    let store = home.open().await;
    let batch = [draw("a"), result("b", Verdict::Void(HostFault::Stalled))];
    assert!(matches!(store.record(setting(), &batch).await, Err(StoreError::Void(_))));
    assert_eq!(all(&store).await, []);
}

async fn a_result_that_was_tampered_with_is_named(home: &Home) {
    let store = home.open().await;
    let result = draw("a");
    store.record(setting(), std::slice::from_ref(&result)).await.unwrap();
    home.run("UPDATE results SET detail = '{}'").await;
    let refused = store.for_each_result(setting(), |_| ()).await.unwrap_err().to_string();
    assert!(refused.contains(&result.id.to_string()) && refused.contains("detail"), "{refused}");
}
