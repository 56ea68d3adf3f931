//! Who is in: how many connections there may be, and which one goes when there are too many.
//!
//! A connection is a stranger's until a call on it showed the join token. Strangers have few places and
//! little time; guests have many. Where all places of a kind are taken, the oldest connection of whoever
//! has most of them goes: with one address, nobody can keep others out.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::caller::Origin;

/// Connections that have not shown the join token: enough for a cluster that comes back at once.
const STRANGERS_MAX: usize = 4_096;
/// How long they have for it.
const STRANGER_PATIENCE: Duration = Duration::from_secs(15);
/// Connections that have.
const GUESTS_MAX: usize = 16_384;
/// How long whoever fetches a blob may take none of it.
const STALL_PATIENCE: Duration = Duration::from_secs(30);

/// Connections of one kind, by number, with where each comes from and since when it is there.
#[derive(Debug)]
struct Pool {
    max: usize,
    entries: BTreeMap<u64, (Origin, Duration)>,
}

impl Pool {
    fn new(max: usize) -> Pool {
        Pool { max, entries: BTreeMap::new() }
    }

    /// Takes one in, and says which one has to go for that.
    fn add(&mut self, number: u64, origin: Origin, since: Duration) -> Option<u64> {
        self.entries.insert(number, (origin, since));
        if self.entries.len() <= self.max {
            return None;
        }
        let mut origins = HashMap::<Origin, (usize, u64)>::new();
        for (number, (origin, _)) in &self.entries {
            // Numbers only rise, so the first is the oldest.
            origins.entry(*origin).or_insert((0, *number)).0 += 1;
        }
        let (_, victim) = origins.into_values().max_by_key(|(has, oldest)| (*has, u64::MAX - oldest))?;
        self.entries.remove(&victim);
        Some(victim)
    }
}

/// The decisions. Pure: time arrives as what has passed.
#[derive(Debug)]
struct Book {
    strangers: Pool,
    guests: Pool,
}

impl Book {
    /// Somebody came. Says who has to go for that.
    fn enter(&mut self, number: u64, origin: Origin, since: Duration) -> Option<u64> {
        self.strangers.add(number, origin, since)
    }

    /// Somebody is no stranger any more. Says who has to go for that.
    fn welcome(&mut self, number: u64) -> Option<u64> {
        let (origin, since) = self.strangers.entries.remove(&number)?;
        self.guests.add(number, origin, since)
    }

    /// Somebody went, or has to.
    fn leave(&mut self, number: u64) {
        self.strangers.entries.remove(&number);
        self.guests.entries.remove(&number);
    }

    /// Strangers that had their time.
    fn overdue(&self, now: Duration) -> Vec<u64> {
        let is_late = |since: Duration| now.saturating_sub(since) > STRANGER_PATIENCE;
        let late = self.strangers.entries.iter().filter(|(_, (_, since))| is_late(*since));
        late.map(|(number, _)| *number).collect()
    }
}

/// The door of one entrance.
#[derive(Debug)]
pub(super) struct Door {
    began: Instant,
    next: AtomicU64,
    inside: Mutex<Inside>,
}

#[derive(Debug)]
struct Inside {
    book: Book,
    tickets: HashMap<u64, Arc<Ticket>>,
}

/// What a connection has as long as it lasts; its calls have it as well.
#[derive(Debug)]
pub(super) struct Ticket {
    number: u64,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// Closes the connection, whatever goes on in it.
    pub(super) close: CancellationToken,
    /// Blobs that are being sent.
    sending: AtomicU32,
    /// When a part of one was taken last, in milliseconds since the door was opened.
    moved_ms: AtomicU64,
}

impl Door {
    /// A door for a process that may have that many files open.
    pub(super) fn new(files_max: u64) -> Arc<Door> {
        let guests_max = usize::try_from(files_max / 4 * 3).unwrap_or(GUESTS_MAX).min(GUESTS_MAX);
        let strangers = Pool::new(STRANGERS_MAX.min(guests_max / 4).max(1));
        let book = Book { strangers, guests: Pool::new(guests_max) };
        let inside = Mutex::new(Inside { book, tickets: HashMap::new() });
        Arc::new(Door { began: Instant::now(), next: AtomicU64::new(0), inside })
    }

    /// Lets a connection in. Somebody else may have to go.
    pub(super) fn enter(&self, address: IpAddr) -> Arc<Ticket> {
        let origin = Origin::of(address);
        let ticket = Arc::new(Ticket {
            number: self.next.fetch_add(1, Ordering::Relaxed),
            origin,
            close: CancellationToken::new(),
            sending: AtomicU32::new(0),
            moved_ms: AtomicU64::new(0),
        });
        let mut inside = self.inside();
        inside.tickets.insert(ticket.number, ticket.clone());
        let victim = inside.book.enter(ticket.number, origin, self.began.elapsed());
        inside.close(victim);
        ticket
    }

    /// A call on that connection showed what it must.
    pub(super) fn welcome(&self, ticket: &Ticket) {
        let mut inside = self.inside();
        let victim = inside.book.welcome(ticket.number);
        inside.close(victim);
    }

    /// The connection is gone.
    pub(super) fn leave(&self, ticket: &Ticket) {
        let mut inside = self.inside();
        inside.book.leave(ticket.number);
        inside.tickets.remove(&ticket.number);
    }

    /// Closes connections that had their time, or whose other end takes nothing.
    pub(super) fn sweep(&self) {
        let now = self.began.elapsed();
        let mut inside = self.inside();
        let overdue = inside.book.overdue(now);
        let stalled = inside.tickets.values().filter(|ticket| ticket.is_stalled(now));
        let numbers: Vec<u64> = overdue.into_iter().chain(stalled.map(|ticket| ticket.number)).collect();
        for number in numbers {
            inside.book.leave(number);
            inside.close(Some(number));
        }
    }

    /// A blob is being sent on that connection, until what comes back is dropped.
    pub(super) fn sending(self: &Arc<Door>, ticket: &Arc<Ticket>) -> Sending {
        let sending = Sending { door: self.clone(), ticket: ticket.clone() };
        sending.moved();
        ticket.sending.fetch_add(1, Ordering::Relaxed);
        sending
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn close(&mut self, victim: Option<u64>) {
        if let Some(ticket) = victim.and_then(|number| self.tickets.remove(&number)) {
            ticket.close.cancel();
        }
    }
}

impl Ticket {
    fn is_stalled(&self, now: Duration) -> bool {
        let moved = Duration::from_millis(self.moved_ms.load(Ordering::Relaxed));
        self.sending.load(Ordering::Relaxed) > 0 && now.saturating_sub(moved) > STALL_PATIENCE
    }
}

/// A blob that is being sent.
#[derive(Debug)]
pub(super) struct Sending {
    door: Arc<Door>,
    ticket: Arc<Ticket>,
}

impl Sending {
    /// Another part was taken.
    pub(super) fn moved(&self) {
        let now = u64::try_from(self.door.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.ticket.moved_ms.store(now, Ordering::Relaxed);
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.ticket.sending.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn origin(last: u8) -> Origin {
        Origin::of(IpAddr::from([10, 0, 0, last]))
    }

    fn book(strangers_max: usize, guests_max: usize) -> Book {
        Book { strangers: Pool::new(strangers_max), guests: Pool::new(guests_max) }
    }

    #[test]
    fn whoever_has_most_strangers_loses_the_oldest_of_them() {
        let mut book = book(3, 10);
        assert_eq!(book.enter(1, origin(1), NOW), None);
        assert_eq!(book.enter(2, origin(2), NOW), None);
        assert_eq!(book.enter(3, origin(2), NOW), None);
        assert_eq!(book.enter(4, origin(2), NOW), Some(2));
        assert_eq!(book.enter(5, origin(2), NOW), Some(3));
        // An honest newcomer stays, however many of the others knock.
        assert_eq!(book.enter(6, origin(3), NOW), Some(4));
        assert_eq!(book.enter(7, origin(2), NOW), Some(5));
        assert!(book.strangers.entries.contains_key(&1) && book.strangers.entries.contains_key(&6));
    }

    #[test]
    fn guests_are_not_displaced_by_strangers() {
        let mut book = book(2, 2);
        book.enter(1, origin(1), NOW);
        assert_eq!(book.welcome(1), None);
        for number in 2..100 {
            book.enter(number, origin(1), NOW);
        }
        assert!(book.guests.entries.contains_key(&1));
        assert_eq!(book.strangers.entries.len(), 2);
    }

    #[test]
    fn with_a_stolen_token_one_displaces_oneself() {
        let mut book = book(10, 3);
        for number in 1..=3 {
            book.enter(number, origin(if number == 1 { 1 } else { 2 }), NOW);
            assert_eq!(book.welcome(number), None);
        }
        book.enter(4, origin(2), NOW);
        assert_eq!(book.welcome(4), Some(2));
        assert!(book.guests.entries.contains_key(&1));
        assert_eq!(book.welcome(4), None, "once is enough");
        assert_eq!(book.welcome(77), None, "who has gone is not welcomed");
    }

    #[test]
    fn strangers_have_little_time_and_guests_have_all() {
        let mut book = book(10, 10);
        book.enter(1, origin(1), NOW);
        book.enter(2, origin(1), NOW);
        book.welcome(2);
        assert!(book.overdue(STRANGER_PATIENCE).is_empty());
        assert_eq!(book.overdue(STRANGER_PATIENCE * 2), [1]);
    }

    #[test]
    fn a_connection_that_has_to_go_is_closed_and_one_that_went_is_forgotten() {
        let door = Door::new(16);
        let tickets: Vec<_> = (0..20).map(|_| door.enter(IpAddr::from([10, 0, 0, 1]))).collect();
        let closed = tickets.iter().filter(|ticket| ticket.close.is_cancelled()).count();
        assert_eq!(closed, 17, "three strangers fit");
        tickets.iter().for_each(|ticket| door.leave(ticket));
        let inside = door.inside();
        assert!(inside.tickets.is_empty() && inside.book.strangers.entries.is_empty());
    }
}
