//! How much may be received and held at once, over all connections: whoever comes when it is used up is
//! told that we are busy, which costs next to nothing.
//!
//! Small, ordinary and large requests have a share of their own, so that none of them keeps the others
//! away, and no origin gets all of a share, so that no one keeps everybody else away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::caller::Origin;

/// The longest small request, in bytes: what keeps a lease alive fits.
const SMALL_BYTES_MAX: usize = 64 << 10;
/// The longest ordinary one: as many results as a worker puts into one request.
const ORDINARY_BYTES_MAX: usize = rpc::REPORTS_BYTES_MAX + (1 << 20);
/// What all small, all ordinary and all large requests together may take in memory, in bytes, and what
/// is the most for one origin.
const SMALL: (usize, usize) = (128 << 20, 96 << 20);
const ORDINARY: (usize, usize) = (128 << 20, 96 << 20);
const LARGE: (usize, usize) = (192 << 20, 128 << 20);
/// Streams of blobs at once, and the most for one origin.
const FETCHES: (usize, usize) = (128, 96);
/// What any request takes besides its bytes.
const REQUEST_BYTES: usize = 1 << 10;

const _: () = assert!(3 * rpc::MESSAGE_BYTES_MAX <= LARGE.1, "the largest request must have room for itself");

/// What can be had of something.
#[derive(Debug)]
struct Stock {
    free: usize,
    /// The most that one origin gets.
    share: usize,
    taken: HashMap<Origin, usize>,
}

impl Stock {
    fn new((total, share): (usize, usize)) -> Stock {
        Stock { free: total, share, taken: HashMap::new() }
    }

    fn take(&mut self, origin: Origin, amount: usize) -> bool {
        let has = self.taken.get(&origin).copied().unwrap_or(0);
        if amount > self.free || has + amount > self.share {
            return false;
        }
        self.free -= amount;
        self.taken.insert(origin, has + amount);
        true
    }

    fn give_back(&mut self, origin: Origin, amount: usize) {
        self.free += amount;
        if let Some(has) = self.taken.get_mut(&origin) {
            *has = has.saturating_sub(amount);
            if *has == 0 {
                self.taken.remove(&origin);
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Small,
    Ordinary,
    Large,
    Fetch,
}

impl Kind {
    fn of_request(bytes: usize) -> Kind {
        if bytes <= SMALL_BYTES_MAX {
            Kind::Small
        } else if bytes <= ORDINARY_BYTES_MAX {
            Kind::Ordinary
        } else {
            Kind::Large
        }
    }
}

/// Everything that is counted.
#[derive(Debug)]
pub(super) struct Budget {
    stocks: Mutex<[Stock; 4]>,
}

impl Budget {
    pub(super) fn new() -> Arc<Budget> {
        let stocks = [SMALL, ORDINARY, LARGE, FETCHES].map(Stock::new);
        Arc::new(Budget { stocks: Mutex::new(stocks) })
    }

    /// Room for a request of that many bytes, if there is any. It grows with [`Held::grow_to`].
    pub(super) fn request(self: &Arc<Budget>, origin: Origin, bytes: usize) -> Option<Held> {
        self.hold(Kind::of_request(bytes), origin, bytes + REQUEST_BYTES)
    }

    /// One stream of a blob, if there may be another.
    pub(super) fn fetch(self: &Arc<Budget>, origin: Origin) -> Option<Held> {
        self.hold(Kind::Fetch, origin, 1)
    }

    fn hold(self: &Arc<Budget>, kind: Kind, origin: Origin, amount: usize) -> Option<Held> {
        let mut held = Held { budget: self.clone(), kind, origin, amount: 0 };
        held.grow_by(amount).then_some(held)
    }

    fn with<T>(&self, kind: Kind, change: impl FnOnce(&mut Stock) -> T) -> T {
        let mut stocks = self.stocks.lock().unwrap_or_else(PoisonError::into_inner);
        let [small, ordinary, large, fetch] = &mut *stocks;
        change(match kind {
            Kind::Small => small,
            Kind::Ordinary => ordinary,
            Kind::Large => large,
            Kind::Fetch => fetch,
        })
    }
}

/// Part of a budget, until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    budget: Arc<Budget>,
    kind: Kind,
    origin: Origin,
    amount: usize,
}

impl Held {
    /// Takes more, so that it is `bytes` in all. Says whether that could be had.
    pub(super) fn grow_to(&mut self, bytes: usize) -> bool {
        self.grow_by(bytes.saturating_sub(self.amount))
    }

    fn grow_by(&mut self, amount: usize) -> bool {
        let has = self.budget.with(self.kind, |stock| stock.take(self.origin, amount));
        if has {
            self.amount += amount;
        }
        has
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.with(self.kind, |stock| stock.give_back(self.origin, self.amount));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(last: u8) -> Origin {
        Origin::of(std::net::IpAddr::from([10, 0, 0, last]))
    }

    fn all_that_fit(budget: &Arc<Budget>, origin: Origin, bytes: usize) -> Vec<Held> {
        std::iter::from_fn(|| budget.request(origin, bytes)).collect()
    }

    #[test]
    fn however_many_ask_no_more_is_held_than_there_is() {
        let budget = Budget::new();
        let held: Vec<Held> =
            (1..=200).flat_map(|n| all_that_fit(&budget, origin(n), rpc::MESSAGE_BYTES_MAX)).collect();
        let bytes = held.len() * rpc::MESSAGE_BYTES_MAX;
        assert!(!held.is_empty() && bytes <= LARGE.0, "{bytes}");
        drop(held);
        assert!(!all_that_fit(&budget, origin(1), rpc::MESSAGE_BYTES_MAX).is_empty(), "it is given back");
    }

    #[test]
    fn one_origin_leaves_something_for_others_and_large_ones_for_small_ones() {
        let budget = Budget::new();
        for bytes in [1 << 10, 4 << 20, rpc::MESSAGE_BYTES_MAX] {
            let _greedy = all_that_fit(&budget, origin(1), bytes);
            assert!(budget.request(origin(1), bytes).is_none());
            assert!(budget.request(origin(2), bytes).is_some(), "{bytes}");
        }
        let _large: Vec<_> = (1..9).map(|n| all_that_fit(&budget, origin(n), 20 << 20)).collect();
        assert!(budget.request(origin(1), 1 << 10).is_some());
    }

    #[test]
    fn what_turns_out_heavier_takes_more_or_is_turned_away() {
        let budget = Budget::new();
        let mut held = budget.request(origin(1), 1 << 10).unwrap();
        assert!(held.grow_to(1 << 20));
        assert!(held.grow_to(10), "it never shrinks");
        assert_eq!(held.amount, 1 << 20);
        assert!(!held.grow_to(SMALL.1 + 1));
        drop(held);
        budget.with(Kind::Small, |stock| assert_eq!((stock.free, stock.taken.len()), (SMALL.0, 0)));
    }

    #[test]
    fn ten_thousand_workers_of_one_machine_may_call_at_once() {
        let budget = Budget::new();
        let held: Vec<_> = (0..10_000).filter_map(|_| budget.request(origin(1), 4 << 10)).collect();
        assert_eq!(held.len(), 10_000);
    }
}
