//! What only a file can do to people.

use std::path::Path;

use super::*;

/// A store in that directory, and a way into its database.
async fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(&dir.join("arena.sqlite"), 0).await.unwrap()
}

#[tokio::test]
async fn a_damaged_file_is_named_as_such() {
    for (bytes, what) in
        [(vec![b'x'; 10_000], "no database"), (b"SQLite format 3\0garbage".to_vec(), "cut off")]
    {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("arena.sqlite"), bytes).unwrap();
        let refused = SqliteStore::open(&dir.path().join("arena.sqlite"), 0).await.unwrap_err();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{what}: {refused:?}");
        assert!(refused.to_string().contains("arena.sqlite"), "{refused}");
    }
}

#[tokio::test]
async fn a_full_disk_says_so_and_loses_nothing_that_was_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let first = draw("a");
    store.record(setting(), std::slice::from_ref(&first)).await.unwrap();
    sqlx::query("PRAGMA max_page_count = 1").execute(&store.pool).await.unwrap();
    let many: Vec<_> = (0..500).map(|n| draw(&format!("m{n}"))).collect();
    let refused = store.record(setting(), &many).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
    let mut kept = Vec::new();
    store.for_each_result(setting(), |result| kept.push(result)).await.unwrap();
    assert_eq!(kept, [first]);
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
    let store = open(dir.path()).await;
    let other = open(dir.path()).await;
    let _open = other.pool.begin_with("BEGIN EXCLUSIVE").await.unwrap();
    let refused = store.record(setting(), &[]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Busy { .. }), "{refused:?}");
}
