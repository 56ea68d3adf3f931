//! Which workers there are: their names, what they say they are doing, their keys, and whose votes
//! theirs are.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;
use std::time::Instant;

use crate::call::{Picture, State};
use crate::caller::Caller;
use crate::engine::{Voter, WorkerKey};

use super::census::{Census, Standing};
use super::chatter::Chatter;
use super::crowd::Crowd;
use super::names::Names;

/// Most workers at a time.
const WORKERS_MAX: usize = 20_000;
/// Workers that are looked at to find one that can make room for another.
const LOOK_MAX: usize = 64;
/// Layers of a worker that are kept, and the longest name of one, in bytes.
const LAYERS_MAX: usize = 32;
const LAYER_BYTES_MAX: usize = 32;
/// Workers that left and are remembered for what they did.
const PAST_MAX: usize = 20_000;
/// Processes that are remembered as quarantined.
const QUARANTINED_MAX: usize = 10_000;

/// The workers that called lately.
#[derive(Debug)]
pub(super) struct Roster {
    keys: HashMap<String, WorkerKey>,
    members: BTreeMap<WorkerKey, Member>,
    past: BTreeMap<WorkerKey, Credit>,
    names: Names,
    crowd: Crowd,
    /// Why, by instance.
    quarantined: BTreeMap<String, String>,
    next: u32,
    census: Census,
    /// Where to look next for one that can make room.
    hand: WorkerKey,
    chatter: Chatter,
}

#[derive(Debug)]
struct Member {
    instance: String,
    /// As it was met first.
    caller: Caller,
    credit: Credit,
    state: State,
    note: String,
    refusal: Option<String>,
    is_quarantined: bool,
}

/// What a worker's results are recorded with.
#[derive(Clone, Debug)]
pub(super) struct Credit {
    pub(super) name: String,
    pub(super) layers: Vec<String>,
    pub(super) voter: Voter,
}

impl Roster {
    /// Nobody yet; at most so many of one address or certificate.
    pub(super) fn new(per_address: NonZeroU32) -> Roster {
        Roster {
            keys: HashMap::new(),
            members: BTreeMap::new(),
            past: BTreeMap::new(),
            names: Names::default(),
            crowd: Crowd::new(per_address),
            quarantined: BTreeMap::new(),
            next: 0,
            census: Census::default(),
            hand: WorkerKey::default(),
            chatter: Chatter::default(),
        }
    }

    /// Why one more of that caller's workers is not let in, if so.
    pub(super) fn no_room_for(&self, instance: &str, caller: &Caller) -> Option<String> {
        if self.keys.contains_key(instance) { None } else { self.crowd.full(caller) }
    }

    /// Who must go before a worker of that instance can be met: nobody if it is known or there is
    /// room; otherwise one that `is_stranger`, if one is found soon. Those that work are not sent
    /// away, however many others want to be in.
    pub(super) fn in_the_way(
        &mut self,
        instance: &str,
        is_stranger: impl Fn(WorkerKey) -> bool,
    ) -> Option<WorkerKey> {
        if self.keys.len() < WORKERS_MAX || self.keys.contains_key(instance) {
            return None;
        }
        let ahead = self.members.range(self.hand..).chain(self.members.range(..self.hand));
        let looked_at: Vec<WorkerKey> = ahead.map(|(key, _)| *key).take(LOOK_MAX).collect();
        let found = looked_at.iter().copied().find(|key| is_stranger(*key));
        let last = found.or(looked_at.last().copied())?;
        self.hand = WorkerKey(last.0.saturating_add(1));
        found
    }

    /// Whether there may be another line in the log about somebody who came, went or failed.
    pub(super) fn may_say(&mut self) -> bool {
        self.chatter.may_say(Instant::now())
    }

    /// Enters or updates a worker that called. Nothing if there are too many already.
    pub(super) fn meet(
        &mut self,
        picture: &Picture,
        caller: Caller,
        refusal: Option<&str>,
    ) -> Option<(WorkerKey, Voter)> {
        let Picture { instance, layers, state, note, .. } = picture;
        let key = match self.keys.get(instance) {
            Some(key) => *key,
            None => self.enter(instance, &caller)?,
        };
        let before = self.take(key);
        // Whatever it calls itself later: it is known by its first name.
        let (name, voter, caller) = match &before {
            Some(before) => (before.credit.name.clone(), before.credit.voter, before.caller),
            None => (picture.name.clone(), self.names.enter(&picture.name, key), caller),
        };
        if is_news(*state, refusal, before.as_ref()) && self.may_say() {
            announce(&name, *state, refusal);
        }
        let member = Member {
            instance: instance.clone(),
            caller,
            credit: Credit { name, layers: kept(layers), voter },
            state: *state,
            note: note.clone(),
            refusal: refusal.map(str::to_owned),
            is_quarantined: self.quarantined.contains_key(instance),
        };
        self.census.add(member.standing());
        self.members.insert(key, member);
        Some((key, voter))
    }

    fn take(&mut self, key: WorkerKey) -> Option<Member> {
        let member = self.members.remove(&key)?;
        self.census.take(member.standing());
        Some(member)
    }

    fn enter(&mut self, instance: &str, caller: &Caller) -> Option<WorkerKey> {
        if self.keys.len() >= WORKERS_MAX {
            return None;
        }
        let key = self.new_key()?;
        self.keys.insert(instance.to_owned(), key);
        self.crowd.enter(caller);
        Some(key)
    }

    fn new_key(&mut self) -> Option<WorkerKey> {
        let key = WorkerKey(self.next);
        self.next = self.next.checked_add(1)?;
        Some(key)
    }

    /// Removes a worker. If it comes back, it gets another key. Says whether it left by itself.
    pub(super) fn forget(&mut self, key: WorkerKey) -> Option<bool> {
        let Member { instance, caller, credit, state, .. } = self.take(key)?;
        self.crowd.leave(&caller);
        self.keys.remove(&instance);
        self.names.leave(&credit.name);
        if !self.may_say() {
            tracing::debug!(worker = %credit.name, ?state, "worker is gone");
        } else if state == State::Draining {
            tracing::info!(worker = %credit.name, "worker has left");
        } else {
            tracing::warn!(worker = %credit.name, "worker is gone; what it had goes to others");
        }
        self.remember(key, credit);
        Some(state == State::Draining)
    }

    fn remember(&mut self, key: WorkerKey, credit: Credit) {
        self.past.insert(key, credit);
        if self.past.len() > PAST_MAX {
            self.past.pop_first();
        }
    }

    /// Who recorded a result under that name: in this run, if it is clear who that was, otherwise
    /// somebody who is not there.
    pub(super) fn author(&mut self, name: &str, layers: &[String], in_this_run: bool) -> (WorkerKey, Voter) {
        if let Some(known) = self.names.known(name).filter(|_| in_this_run) {
            return known;
        }
        let voter = self.names.new_voter();
        // Keys are only used up by four thousand million workers.
        let key = self.new_key().unwrap_or(WorkerKey(u32::MAX));
        self.remember(key, Credit { name: name.to_owned(), layers: layers.to_owned(), voter });
        (key, voter)
    }

    /// Believes a voter no more. Says its name and which of the workers that are there it is.
    pub(super) fn quarantine(&mut self, voter: Voter, why: &str) -> (Credit, Vec<WorkerKey>) {
        let own = self.members.iter_mut().filter(|(_, member)| member.credit.voter == voter);
        let mut keys = Vec::new();
        for (key, member) in own {
            self.census.take(member.standing());
            member.refusal = Some(why.to_owned());
            member.is_quarantined = true;
            self.census.add(member.standing());
            self.quarantined.insert(member.instance.clone(), why.to_owned());
            keys.push(*key);
        }
        while self.quarantined.len() > QUARANTINED_MAX {
            self.quarantined.pop_first();
        }
        let all = self.members.values().map(|member| &member.credit).chain(self.past.values());
        let credit = all.into_iter().find(|credit| credit.voter == voter).cloned();
        let unknown = Credit { name: String::new(), layers: Vec::new(), voter };
        let credit = credit.unwrap_or(unknown);
        self.names.retire(&credit.name, voter);
        (credit, keys)
    }

    /// Why a process is not believed any more, if so.
    pub(super) fn quarantine_of(&self, instance: &str) -> Option<&str> {
        self.quarantined.get(instance).map(String::as_str)
    }

    /// Whether everyone who is there is quarantined, and is one of those names.
    pub(super) fn are_quarantined(&self, is_own: impl Fn(&str) -> bool) -> bool {
        let is_out =
            |member: &Member| self.quarantined.contains_key(&member.instance) && is_own(&member.credit.name);
        !self.members.is_empty() && self.members.values().all(is_out)
    }

    /// How many are how.
    pub(super) fn census(&self) -> Census {
        self.census
    }

    /// How many are there.
    pub(super) fn count(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody is there.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// What a worker's results are recorded with, even if it has left.
    pub(super) fn credit(&self, key: WorkerKey) -> Option<&Credit> {
        self.members.get(&key).map(|member| &member.credit).or_else(|| self.past.get(&key))
    }

    /// The name of a worker, even if it has left.
    pub(super) fn name(&self, key: WorkerKey) -> &str {
        self.credit(key).map(|credit| credit.name.as_str()).unwrap_or_default()
    }

    /// A worker of that name.
    pub(super) fn by_name(&self, name: &str) -> Option<WorkerKey> {
        self.members.iter().find(|(_, member)| member.credit.name == name).map(|(key, _)| *key)
    }

    /// What a run without a worker that plays is waiting for, for people.
    pub(super) fn waiting_for(&self, locals: u32) -> Option<String> {
        if self.census.playing() > 0 {
            return None;
        }
        let some = self.members.values().take(LOOK_MAX);
        let Some(member) = some.max_by_key(|member| member.refusal.is_none()) else {
            let who = if locals > 0 { "the local worker" } else { "a worker" };
            return Some(format!("waiting for {who} …"));
        };
        Some(match &member.refusal {
            Some(why) => format!("worker {} gets no work: {why}", member.credit.name),
            None if member.note.is_empty() => format!("worker {} is preparing …", member.credit.name),
            None => format!("worker {}: {}", member.credit.name, member.note),
        })
    }
}

impl Member {
    fn standing(&self) -> Standing {
        match self.state {
            _ if self.is_quarantined => Standing::Quarantined,
            _ if self.refusal.is_some() => Standing::Refused,
            State::Preparing => Standing::Preparing,
            State::Ready => Standing::Ready,
            State::Draining => Standing::Draining,
        }
    }
}

/// The layers that are kept of what a worker says.
fn kept(layers: &[String]) -> Vec<String> {
    layers.iter().filter(|name| name.len() <= LAYER_BYTES_MAX).take(LAYERS_MAX).cloned().collect()
}

/// Whether a worker is as it was not before.
fn is_news(state: State, refusal: Option<&str>, before: Option<&Member>) -> bool {
    match refusal {
        Some(why) => before.is_none_or(|before| before.refusal.as_deref() != Some(why)),
        None => before.is_none_or(|before| before.state != state),
    }
}

/// Says how a worker is.
fn announce(name: &str, state: State, refusal: Option<&str>) {
    match refusal {
        Some(why) => tracing::warn!(worker = name, "gets no work: {why}"),
        None => tracing::info!(worker = name, ?state, "worker"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Origin;

    fn picture(number: usize, layers: Vec<String>) -> Picture {
        Picture {
            instance: format!("{number:032x}"),
            name: format!("w{number}"),
            slots: 1,
            state: State::Ready,
            note: String::new(),
            reach: None,
            runtime: None,
            layers,
            holding: Vec::new(),
            finished: Vec::new(),
        }
    }

    fn caller() -> Caller {
        Caller { origin: Origin::of([10, 0, 0, 1].into()), certificate: None }
    }

    fn meet(roster: &mut Roster, number: usize) -> Option<WorkerKey> {
        roster.meet(&picture(number, Vec::new()), caller(), None).map(|(key, _)| key)
    }

    #[test]
    fn a_flood_of_strangers_pushes_out_strangers_and_never_those_that_work() {
        let mut roster = Roster::new(NonZeroU32::MAX);
        let workers: Vec<WorkerKey> = (0..300).filter_map(|number| meet(&mut roster, number)).collect();
        (300..WORKERS_MAX).for_each(|number| assert!(meet(&mut roster, number).is_some()));
        assert_eq!(meet(&mut roster, WORKERS_MAX), None, "it is full");
        let works = |key: WorkerKey| workers.contains(&key);
        let mut turned_away = 0;
        for number in WORKERS_MAX..WORKERS_MAX + 30_000 {
            let instance = picture(number, Vec::new()).instance;
            match roster.in_the_way(&instance, |key| !works(key)) {
                Some(key) => {
                    assert!(!works(key));
                    roster.forget(key);
                    assert!(meet(&mut roster, number).is_some());
                }
                None => turned_away += 1,
            }
        }
        assert!(turned_away < 100, "{turned_away} found no room although there was some");
        assert_eq!(roster.count(), WORKERS_MAX);
        (0..300).for_each(|number| assert_eq!(meet(&mut roster, number), workers.get(number).copied()));
        assert_eq!(roster.in_the_way("new", works), None, "all that are looked at work, or nobody must go");
    }

    #[test]
    fn what_is_kept_of_a_worker_is_bounded() {
        let mut roster = Roster::new(NonZeroU32::MAX);
        let layers = (0..64).map(|number| "x".repeat(number)).collect();
        let (key, _) = roster.meet(&picture(1, layers), caller(), None).unwrap();
        let kept = &roster.credit(key).unwrap().layers;
        assert!(kept.len() <= LAYERS_MAX && kept.iter().all(|name| name.len() <= LAYER_BYTES_MAX));
    }

    #[test]
    fn what_it_waits_for_is_said_while_nobody_plays() {
        let mut roster = Roster::new(NonZeroU32::MAX);
        assert!(roster.waiting_for(0).is_some());
        let preparing = Picture { state: State::Preparing, ..picture(1, Vec::new()) };
        let (key, voter) = roster.meet(&preparing, caller(), None).unwrap();
        assert!(roster.waiting_for(0).unwrap().contains("preparing"));
        roster.meet(&picture(1, Vec::new()), caller(), None);
        assert_eq!(roster.waiting_for(0), None);
        roster.quarantine(voter, "it lied");
        assert!(roster.waiting_for(0).unwrap().contains("it lied"));
        roster.forget(key);
        assert!(roster.waiting_for(1).unwrap().contains("local"));
    }
}
