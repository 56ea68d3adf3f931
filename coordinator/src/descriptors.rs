//! How many files and connections this process may have open: each worker that calls is one.
//!
//! Most systems allow a thousand unless a process asks for more, which it may. Never here: a
//! connection.

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// With fewer, a crowd of workers would be turned away by the system instead of by us.
const ENOUGH: u64 = 4_096;
/// What we need for ourselves: the store, transcripts that are written, bots that are fetched.
const OWN: u64 = 128;

/// Asks for as many descriptors as this process may have, and says so if that is few.
pub fn allow_many() {
    match raise() {
        Ok(allowed) if allowed < ENOUGH => tracing::warn!("{}", few(allowed)),
        Ok(allowed) => tracing::debug!(allowed, "open files and connections"),
        Err(error) => tracing::warn!(%error, "the limit of open files and connections cannot be raised"),
    }
}

/// Raises the soft limit to the hard one. Says what is allowed now.
fn raise() -> Result<u64, Errno> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok(hard)
}

/// How many files and connections this process may have open.
pub fn allowed() -> u64 {
    getrlimit(Resource::RLIMIT_NOFILE).map_or(ENOUGH, |(soft, _)| soft)
}

fn few(allowed: u64) -> String {
    let workers = allowed.saturating_sub(OWN);
    format!(
        "this process may have only {allowed} files and connections open, enough for about {workers} workers; for \
         more, raise the limit (`ulimit -n`, or LimitNOFILE= in a unit of systemd)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        assert_eq!(raise().unwrap(), hard);
        assert_eq!(getrlimit(Resource::RLIMIT_NOFILE).unwrap().0, hard);
    }

    #[test]
    fn who_may_have_few_is_told_for_how_many_workers_that_is_enough() {
        let told = few(1_024);
        assert!(
            told.contains("1024") && told.contains("896 workers") && told.contains("ulimit -n"),
            "{told}"
        );
    }
}
