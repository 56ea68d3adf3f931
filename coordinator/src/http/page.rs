//! A page that is made when somebody asks, but not for everybody anew: however many ask, it costs no more
//! than making it a few times a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;

/// Prometheus' text format.
pub(super) const METRICS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How old a page may be. Less than anybody's interval between two scrapes.
const AGE_MAX: Duration = Duration::from_millis(250);

/// The last edition.
struct Press<F> {
    make: F,
    last: Mutex<Option<(Instant, Bytes)>>,
}

impl<F: Fn() -> String> Press<F> {
    /// The page as it was at that time, or shortly before.
    fn edition(&self, now: Instant) -> Bytes {
        // Whoever comes while it is made waits for it, and takes that one.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((made, text)) if now.saturating_duration_since(*made) < AGE_MAX => text.clone(),
            _ => {
                let text = Bytes::from((self.make)());
                *last = Some((now, text.clone()));
                text
            }
        }
    }
}

/// `GET` of that path gives what `make` makes.
pub(super) fn page(
    path: &'static str,
    kind: &'static str,
    make: impl Fn() -> String + Send + Sync + 'static,
) -> Router {
    let press = Arc::new(Press { make, last: Mutex::new(None) });
    let answer = move || {
        let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")];
        let page = (headers, press.edition(Instant::now())).into_response();
        std::future::ready(page)
    };
    Router::new().route(path, get(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_crowd_of_readers_gets_one_edition_and_who_comes_later_a_new_one() {
        let made = AtomicU32::new(0);
        let make = || made.fetch_add(1, Ordering::Relaxed).to_string();
        let (press, began) = (Press { make, last: Mutex::new(None) }, Instant::now());
        (0..1_000).for_each(|_| assert_eq!(press.edition(began), "0"));
        assert_eq!(press.edition(began + AGE_MAX), "1");
        assert_eq!(
            press.edition(began + AGE_MAX / 2),
            "1",
            "a clock that goes back is no reason to make another"
        );
    }
}
