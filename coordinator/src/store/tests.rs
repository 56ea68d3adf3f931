//! Promises of the store, kept by the real database.

use std::path::Path;

use terms::{BySeat, Fault, FaultKind, FuelHistogram, HostFault, Outcome, Scores, Seat, SeatUsage, Verdict};

use super::*;

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

async fn open(dir: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(&dir.join("arena.sqlite"), 0).await
}

async fn all(store: &SqliteStore) -> Vec<StoredResult> {
    let mut results = Vec::new();
    store.for_each_result(setting(), |result| results.push(result)).await.unwrap();
    results
}

#[tokio::test]
async fn results_survive_closing_and_opening() {
    let dir = tempfile::tempdir().unwrap();
    let played = result("a", Verdict::Played(Scores::win(Seat::One)));
    let forfeit = result("b", Verdict::Forfeit(BySeat([true, false])));
    let store = open(dir.path()).await.unwrap();
    let written = store.record(setting(), &[played.clone(), forfeit.clone()]).await.unwrap();
    assert_eq!(written, [Written::New, Written::New]);
    store.close().await;

    let store = open(dir.path()).await.unwrap();
    let mut ids = store.recorded(setting()).await.unwrap();
    ids.sort();
    let mut expected = [played.id, forfeit.id];
    expected.sort();
    assert_eq!(ids, expected);
    let mut results = all(&store).await;
    results.sort_by_key(|result| result.outcome.verdict.name());
    assert_eq!(results, [forfeit, played]);
    assert_eq!(store.recorded(Digest::of(b"another setting")).await.unwrap(), []);
}

#[tokio::test]
async fn the_first_result_of_a_match_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let first = result("a", Verdict::Played(Scores::DRAW));
    let mut other = first.clone();
    // Even if only the fuel differs.
    other.outcome.usage[Seat::Zero].load_fuel += 1;
    let written = store.record(setting(), &[first.clone(), first.clone(), other]).await.unwrap();
    let kept = Box::new(first.clone());
    assert_eq!(written, [Written::New, Written::Same, Written::Conflict { kept }]);
    assert_eq!(all(&store).await, [first]);
}

/// What `amend` makes of one change.
async fn amend(store: &SqliteStore, amendment: Amendment) -> Amended {
    store.amend(setting(), &[amendment], 5).await.unwrap().remove(0)
}

async fn set_aside(store: &SqliteStore) -> Vec<(String, String, i64)> {
    let query = "SELECT worker, reason, set_aside_at_ms FROM set_aside ORDER BY worker, match_id";
    sqlx::query_as(query).fetch_all(store.pool()).await.unwrap()
}

#[tokio::test]
async fn a_result_that_is_replaced_is_set_aside_and_not_lost() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let wrong = result("a", Verdict::Played(Scores::DRAW));
    let right = StoredResult {
        outcome: Outcome { verdict: Verdict::Played(Scores::win(Seat::One)), ..wrong.outcome.clone() },
        worker: "worker two".to_owned(),
        ..wrong.clone()
    };
    store.record(setting(), std::slice::from_ref(&wrong)).await.unwrap();
    let (by, corroborated_by) = (Box::new(right.clone()), Some("worker three".to_owned()));
    amend(&store, Amendment::Replace { by, corroborated_by, reason: "outvoted".to_owned() }).await;
    assert_eq!(all(&store).await, std::slice::from_ref(&right));
    assert_eq!(set_aside(&store).await, [("worker one".to_owned(), "outvoted".to_owned(), 5)]);
    // The new one is corroborated: its worker alone does not vouch for it.
    let distrust = Amendment::Distrust { worker: "worker two".to_owned(), reason: String::new() };
    assert_eq!(amend(&store, distrust).await, Amended::Distrusted(Vec::new()));
    // The old one may come back, if the match is played again after this.
    let reason = "nobody knows".to_owned();
    amend(&store, Amendment::SetAside { id: right.id, reason }).await;
    assert_eq!(all(&store).await, []);
    assert_eq!(store.record(setting(), std::slice::from_ref(&wrong)).await.unwrap(), [Written::New]);
}

#[tokio::test]
async fn what_a_distrusted_worker_alone_vouches_for_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
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
    assert_eq!(set_aside(&store).await.len(), 3);
}

#[tokio::test]
async fn a_store_of_the_first_version_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("arena.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let old = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let first = schema::MIGRATIONS.first().unwrap();
    for statement in [schema::CREATE_VERSION].iter().chain(first.statements) {
        sqlx::query(*statement).execute(&old).await.unwrap();
    }
    sqlx::query(schema::ADD_VERSION).bind(1).bind(0).execute(&old).await.unwrap();
    old.close().await;
    let store = open(dir.path()).await.unwrap();
    let result = result("a", Verdict::Played(Scores::DRAW));
    store.record(setting(), std::slice::from_ref(&result)).await.unwrap();
    amend(&store, Amendment::SetAside { id: result.id, reason: String::new() }).await;
    assert_eq!(set_aside(&store).await.len(), 1);
}

#[tokio::test]
async fn void_results_are_refused_and_nothing_of_their_batch_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let batch = [result("a", Verdict::Played(Scores::DRAW)), result("b", Verdict::Void(HostFault::Stalled))];
    assert!(matches!(store.record(setting(), &batch).await, Err(StoreError::Void(_))));
    assert_eq!(all(&store).await, []);
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    sqlx::query(schema::ADD_VERSION).bind(99).bind(0).execute(store.pool()).await.unwrap();
    store.close().await;
    let refused = open(dir.path()).await.unwrap_err().to_string();
    assert!(refused.contains("newer version") && refused.contains("schema is 99"), "{refused}");
}

#[tokio::test]
async fn a_damaged_file_is_named_as_such() {
    for (bytes, what) in
        [(vec![b'x'; 10_000], "no database"), (b"SQLite format 3\0garbage".to_vec(), "cut off")]
    {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("arena.sqlite"), bytes).unwrap();
        let refused = open(dir.path()).await.unwrap_err();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{what}: {refused:?}");
        assert!(refused.to_string().contains("arena.sqlite"), "{refused}");
    }
}

#[tokio::test]
async fn a_result_that_was_tampered_with_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let result = result("a", Verdict::Played(Scores::DRAW));
    store.record(setting(), std::slice::from_ref(&result)).await.unwrap();
    sqlx::query("UPDATE results SET detail = '{}'").execute(store.pool()).await.unwrap();
    let refused = store.for_each_result(setting(), |_| ()).await.unwrap_err().to_string();
    assert!(refused.contains(&result.id.to_string()) && refused.contains("detail"), "{refused}");
}

#[tokio::test]
async fn a_full_disk_says_so_and_loses_nothing_that_was_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let first = result("a", Verdict::Played(Scores::DRAW));
    store.record(setting(), std::slice::from_ref(&first)).await.unwrap();
    sqlx::query("PRAGMA max_page_count = 1").execute(store.pool()).await.unwrap();
    let many: Vec<_> = (0..500).map(|n| result(&format!("m{n}"), Verdict::Played(Scores::DRAW))).collect();
    let refused = store.record(setting(), &many).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
    assert_eq!(all(&store).await, [first]);
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_named() {
    // Nobody can make files there, not even root.
    let refused = SqliteStore::open(Path::new("/proc/arena.sqlite"), 0).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused:?}");
}

#[tokio::test]
async fn another_program_that_writes_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let other = open(dir.path()).await.unwrap();
    let _open = other.pool().begin_with("BEGIN EXCLUSIVE").await.unwrap();
    let refused = store.record(setting(), &[]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Busy { .. }), "{refused:?}");
}
