//! The use of the one connection for one piece of work: it is made anew when it broke, for as long as
//! there is patience, and what it had to say is said again.

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use tokio::sync::MutexGuard;

use super::line::Line;
use crate::store::StoreError;
use crate::store::sql::Trouble;

/// How long a database may be away.
const PATIENCE: Duration = Duration::from_secs(60);
/// First wait before another attempt; each one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// Longest one.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// The connection, as long as this lives.
pub(super) struct Lease<'a> {
    line: &'a Line,
    /// Under which number the database is ours; nothing if we only look.
    claim: Option<i64>,
    held: MutexGuard<'a, Option<PgConnection>>,
    trouble: Option<(Instant, Duration)>,
}

impl<'a> Lease<'a> {
    pub(super) fn new(
        line: &'a Line,
        claim: Option<i64>,
        held: MutexGuard<'a, Option<PgConnection>>,
    ) -> Lease<'a> {
        Lease { line, claim, held, trouble: None }
    }

    /// The connection; a new one if it broke.
    ///
    /// # Errors
    /// There is none to be had, or the database is somebody else's now.
    pub(super) async fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        while self.held.is_none() {
            match self.reconnect().await {
                Ok(connection) => *self.held = Some(connection),
                Err(error) => self.bear(error).await?,
            }
        }
        self.held.as_mut().ok_or_else(|| StoreError::Interrupted("no connection".to_owned()))
    }

    /// What came of the work; nothing if it is to be done again.
    pub(super) async fn settle<T>(&mut self, done: Result<T, Trouble>) -> Option<Result<T, StoreError>> {
        let error = match done {
            Ok(done) => return Some(Ok(done)),
            Err(trouble) => self.line.failed(trouble),
        };
        if !error.may_pass() {
            return Some(Err(error));
        }
        tracing::warn!("{error}; trying again");
        *self.held = None;
        self.bear(error).await.err().map(Err)
    }

    async fn reconnect(&self) -> Result<PgConnection, StoreError> {
        let mut connection = self.line.connect().await?;
        if let Some(claim) = self.claim {
            if !self.line.lock(&mut connection).await? {
                // Perhaps it is our own lost connection that still has it; perhaps it is not.
                self.line.check_claim(&mut connection, claim).await?;
                let holder = self.line.holder(&mut connection).await?;
                return Err(StoreError::Held { store: self.line.store.clone(), holder });
            }
            self.line.check_claim(&mut connection, claim).await?;
            tracing::warn!("connected to store {} again", self.line.store);
        }
        Ok(connection)
    }

    /// Waits a moment, unless this error will not pass or has lasted too long.
    async fn bear(&mut self, error: StoreError) -> Result<(), StoreError> {
        if !error.may_pass() {
            return Err(error);
        }
        let (since, pause) = *self.trouble.get_or_insert((Instant::now(), PAUSE_MIN));
        if since.elapsed() > PATIENCE {
            return Err(error);
        }
        self.trouble = Some((since, PAUSE_MAX.min(pause * 2)));
        tokio::time::sleep(jittered(pause)).await;
        Ok(())
    }
}

/// Between half of it and all of it, so that those who lost the same server do not come back as one.
pub(super) fn jittered(pause: Duration) -> Duration {
    let mut byte = [0; 1];
    // Without luck everybody waits for the same time, which is no harm.
    let _ = getrandom::fill(&mut byte);
    pause.mul_f64(0.5 + f64::from(byte.first().copied().unwrap_or_default()) / 512.0)
}
