//! Which workers there are: their names, what they say they are doing, their keys, and whose votes
//! theirs are.

use std::collections::{BTreeMap, HashMap};

use crate::call::{Picture, State};
use crate::engine::{Voter, WorkerKey};

use super::names::Names;

/// Most workers at a time.
const WORKERS_MAX: usize = 20_000;
/// Workers that left and are remembered for what they did.
const PAST_MAX: usize = 20_000;
/// Processes that are remembered as quarantined.
const QUARANTINED_MAX: usize = 10_000;

/// The workers that called lately.
#[derive(Debug, Default)]
pub(super) struct Roster {
    keys: HashMap<String, WorkerKey>,
    members: BTreeMap<WorkerKey, Member>,
    past: BTreeMap<WorkerKey, Credit>,
    names: Names,
    /// Why, by instance.
    quarantined: BTreeMap<String, String>,
    next: u32,
}

#[derive(Debug)]
struct Member {
    instance: String,
    credit: Credit,
    state: State,
    note: String,
    refusal: Option<String>,
}

/// What a worker's results are recorded with.
#[derive(Clone, Debug)]
pub(super) struct Credit {
    pub(super) name: String,
    pub(super) layers: Vec<String>,
    pub(super) voter: Voter,
}

impl Roster {
    /// Enters or updates a worker that called. Nothing if there are too many already.
    pub(super) fn meet(&mut self, picture: &Picture, refusal: Option<&str>) -> Option<(WorkerKey, Voter)> {
        let Picture { instance, layers, state, note, .. } = picture;
        let key = match self.keys.get(instance) {
            Some(key) => *key,
            None => self.enter(instance)?,
        };
        let before = self.members.remove(&key);
        // Whatever it calls itself later: it is known by its first name.
        let (name, voter) = match &before {
            Some(before) => (before.credit.name.clone(), before.credit.voter),
            None => (picture.name.clone(), self.names.enter(&picture.name, key)),
        };
        announce(&name, *state, refusal, before.as_ref());
        let member = Member {
            instance: instance.clone(),
            credit: Credit { name, layers: layers.clone(), voter },
            state: *state,
            note: note.clone(),
            refusal: refusal.map(str::to_owned),
        };
        self.members.insert(key, member);
        Some((key, voter))
    }

    fn enter(&mut self, instance: &str) -> Option<WorkerKey> {
        if self.keys.len() >= WORKERS_MAX {
            return None;
        }
        let key = self.new_key()?;
        self.keys.insert(instance.to_owned(), key);
        Some(key)
    }

    fn new_key(&mut self) -> Option<WorkerKey> {
        let key = WorkerKey(self.next);
        self.next = self.next.checked_add(1)?;
        Some(key)
    }

    /// Removes a worker. If it comes back, it gets another key.
    pub(super) fn forget(&mut self, key: WorkerKey) {
        let Some(Member { instance, credit, state, .. }) = self.members.remove(&key) else { return };
        self.keys.remove(&instance);
        self.names.leave(&credit.name);
        if state == State::Draining {
            tracing::info!(worker = %credit.name, "worker has left");
        } else {
            tracing::warn!(worker = %credit.name, "worker is gone; what it had goes to others");
        }
        self.remember(key, credit);
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
            member.refusal = Some(why.to_owned());
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
        let plays = |member: &Member| member.state != State::Preparing && member.refusal.is_none();
        if self.members.values().any(plays) {
            return None;
        }
        let Some(member) = self.members.values().max_by_key(|member| member.refusal.is_none()) else {
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

/// Says once what is new about a worker.
fn announce(name: &str, state: State, refusal: Option<&str>, before: Option<&Member>) {
    match refusal {
        Some(why) if before.is_none_or(|before| before.refusal.as_deref() != Some(why)) => {
            tracing::warn!(worker = name, "gets no work: {why}");
        }
        None if before.is_none_or(|before| before.state != state) => {
            tracing::info!(worker = name, ?state, "worker");
        }
        _ => {}
    }
}
