//! Connections that break, at the worst moments.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::home::server;
use super::*;
use crate::config::Place;

/// Ends the session of whoever has the lock of that database.
async fn end_session(home: &Home) {
    let ended = home
        .read(
            "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_locks WHERE locktype = 'advisory' \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .await;
    assert_eq!(ended, ["true"]);
}

#[tokio::test]
async fn a_session_that_was_ended_is_replaced_and_nobody_notices() {
    let home = Home::database();
    let store = home.open().await;
    store.record(setting(), &[draw("a")]).await.unwrap();
    end_session(&home).await;
    assert_eq!(
        store.record(setting(), &[draw("a"), draw("b")]).await.unwrap(),
        [Written::Same, Written::New]
    );
    end_session(&home).await;
    assert_eq!(all(&store).await.len(), 2);
    // It has the lock again.
    assert!(matches!(claim(&home.place, 0).await, Err(StoreError::Held { .. })));
}

#[tokio::test]
async fn whoever_was_replaced_writes_nothing_and_stops() {
    let home = Home::database();
    let replaced = home.open().await;
    let mut claim = Claim::of(&home.place);
    assert!(matches!(claim.attempt(0).await.unwrap(), Attempted::Held(_)));
    // The other is there before it comes back: it is slow, or the network is.
    let lost = async {
        loop {
            end_or_not(&home).await;
            if let Attempted::Ours(store) = claim.attempt(0).await.unwrap() {
                return store;
            }
        }
    };
    let other = lost.await;
    let refused = replaced.record(setting(), &[draw("a")]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Superseded { .. }), "{refused:?}");
    assert_eq!(all(&other).await, []);
    // Even if the other has come and gone.
    other.record(setting(), &[draw("b")]).await.unwrap();
    other.close().await;
    let refused = replaced.record(setting(), &[draw("a")]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Superseded { .. }), "{refused:?}");
    let refused = replaced.lost().await;
    assert!(matches!(refused, StoreError::Superseded { .. }), "{refused:?}");
}

async fn end_or_not(home: &Home) {
    home.run(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .await;
}

/// Passes everything on until it is armed; then the next COMMIT reaches the server, and its answer
/// reaches nobody.
struct Cutter {
    port: u16,
    armed: Arc<AtomicBool>,
}

impl Cutter {
    async fn before(server_port: u16) -> Cutter {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let armed = Arc::new(AtomicBool::new(false));
        let is_armed = armed.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", server_port)).await.unwrap();
                tokio::spawn(pass(near, far, is_armed.clone()));
            }
        });
        Cutter { port, armed }
    }
}

async fn pass(mut near: TcpStream, mut far: TcpStream, armed: Arc<AtomicBool>) {
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = near.read(&mut asked) => {
                let Ok(len @ 1..) = read else { return };
                let is_commit = asked[..len].windows(6).any(|word| word == b"COMMIT");
                far.write_all(&asked[..len]).await.unwrap();
                if is_commit && armed.swap(false, Ordering::SeqCst) {
                    // The answer means that it is made.
                    let _ = far.read(&mut answered).await;
                    return;
                }
            }
            read = far.read(&mut answered) => {
                let Ok(len @ 1..) = read else { return };
                if near.write_all(&answered[..len]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_change_whose_end_nobody_heard_of_is_not_made_twice() {
    let home = Home::database();
    let cutter = Cutter::before(server().port()).await;
    let Place::Postgres(database) = &home.place else { panic!() };
    let shown = database.to_string();
    let url = server().url(shown.rsplit('/').next().unwrap());
    let url = url.replace(&format!(":{}/", server().port()), &format!(":{}/", cutter.port));
    let store = claim(&Place::read(&url).unwrap(), 0).await.unwrap();
    let (wrong, right) = (draw("a"), StoredResult { worker: "worker two".to_owned(), ..draw("a") });
    store.record(setting(), std::slice::from_ref(&wrong)).await.unwrap();

    cutter.armed.store(true, Ordering::SeqCst);
    let reason = "outvoted".to_owned();
    amend(&store, Amendment::Replace { by: Box::new(right), corroborated_by: None, reason }).await;
    assert!(!cutter.armed.load(Ordering::SeqCst), "no connection was cut");
    assert_eq!(home.read(SET_ASIDE).await, ["worker one: outvoted at 5"]);

    // What is gone is told, although it was gone when it was asked for again.
    cutter.armed.store(true, Ordering::SeqCst);
    let distrust = Amendment::Distrust { worker: "worker two".to_owned(), reason: String::new() };
    let Amended::Distrusted(gone) = amend(&store, distrust).await else { panic!() };
    assert_eq!(gone, [(wrong.id, mark(&wrong.outcome))]);
    assert!(!cutter.armed.load(Ordering::SeqCst), "no connection was cut");

    cutter.armed.store(true, Ordering::SeqCst);
    let written = store.record(setting(), &[draw("b")]).await.unwrap();
    assert_eq!(written, [Written::Same], "it was there when it was written again");
    assert_eq!(all(&store).await.len(), 1);
}
