//! Which workers there are: their names, what they say they are doing, and their keys.

use std::collections::{BTreeMap, HashMap};

use crate::call::{Picture, State};
use crate::engine::WorkerKey;

/// Most workers at a time.
const WORKERS_MAX: usize = 20_000;

/// The workers that called lately.
#[derive(Debug, Default)]
pub(super) struct Roster {
    keys: HashMap<String, WorkerKey>,
    members: BTreeMap<WorkerKey, Member>,
    next: u32,
}

#[derive(Debug)]
struct Member {
    instance: String,
    name: String,
    layers: Vec<String>,
    state: State,
    note: String,
    refusal: Option<String>,
}

impl Roster {
    /// Enters or updates a worker that called. Nothing if there are too many already.
    pub(super) fn meet(&mut self, picture: &Picture, refusal: Option<&str>) -> Option<WorkerKey> {
        let Picture { instance, name, layers, state, note, .. } = picture;
        let key = match self.keys.get(instance) {
            Some(key) => *key,
            None => self.enter(instance)?,
        };
        let member = Member {
            instance: instance.clone(),
            name: name.clone(),
            layers: layers.clone(),
            state: *state,
            note: note.clone(),
            refusal: refusal.map(str::to_owned),
        };
        let before = self.members.insert(key, member);
        announce(name, *state, refusal, before.as_ref());
        Some(key)
    }

    fn enter(&mut self, instance: &str) -> Option<WorkerKey> {
        if self.keys.len() >= WORKERS_MAX {
            return None;
        }
        let key = WorkerKey(self.next);
        self.next = self.next.checked_add(1)?;
        self.keys.insert(instance.to_owned(), key);
        Some(key)
    }

    /// Removes a worker. If it comes back, it gets another key.
    pub(super) fn forget(&mut self, key: WorkerKey) {
        let Some(member) = self.members.remove(&key) else { return };
        self.keys.remove(&member.instance);
        if member.state == State::Draining {
            tracing::info!(worker = %member.name, "worker has left");
        } else {
            tracing::warn!(worker = %member.name, "worker is gone; what it had goes to others");
        }
    }

    /// Whether nobody is there.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The name and the layers that a worker's results are recorded with.
    pub(super) fn credit(&self, key: WorkerKey) -> (String, Vec<String>) {
        let member = self.members.get(&key);
        member.map(|member| (member.name.clone(), member.layers.clone())).unwrap_or_default()
    }

    /// A worker of that name.
    pub(super) fn by_name(&self, name: &str) -> Option<WorkerKey> {
        self.members.iter().find(|(_, member)| member.name == name).map(|(key, _)| *key)
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
            Some(why) => format!("worker {} gets no work: {why}", member.name),
            None if member.note.is_empty() => format!("worker {} is preparing …", member.name),
            None => format!("worker {}: {}", member.name, member.note),
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
