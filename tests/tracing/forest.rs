//! Spans as trees, and what must be true of them.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::Value;

use crate::collector::Seen;
use crate::{TICKS, TURNS};

/// All spans that arrived.
pub(crate) struct Forest(BTreeMap<Vec<u8>, Seen>);

impl Forest {
    /// The trees of those spans: each is whole, and each is one trace.
    pub(crate) fn of(spans: BTreeMap<Vec<u8>, Seen>) -> Forest {
        for seen in spans.values() {
            let span = &seen.span;
            assert!(span.span_id.len() == 8 && span.span_id.iter().any(|byte| *byte != 0), "{span:?}");
            assert!(span.trace_id.len() == 16 && span.trace_id.iter().any(|byte| *byte != 0), "{span:?}");
            assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
            if !span.parent_span_id.is_empty() {
                let parent = spans.get(&span.parent_span_id);
                let parent =
                    parent.unwrap_or_else(|| panic!("{} of {} has no parent", span.name, seen.service));
                assert_eq!(parent.span.trace_id, span.trace_id, "{} is in another trace", span.name);
            }
        }
        Forest(spans)
    }

    /// The spans without a parent.
    pub(crate) fn roots(&self) -> Vec<&Seen> {
        self.0.values().filter(|seen| seen.span.parent_span_id.is_empty()).collect()
    }

    /// The lease of a match: the root of its trace, and the only one.
    pub(crate) fn lease_of(&self, id: &str) -> &Seen {
        let own: Vec<&Seen> =
            self.roots().into_iter().filter(|root| root.text("arena.match") == id).collect();
        assert_eq!(own.len(), 1, "match {id}");
        assert_eq!(own[0].span.name, "lease");
        let twins = self.roots().into_iter().filter(|root| root.span.trace_id == own[0].span.trace_id);
        assert_eq!(twins.count(), 1, "match {id} shares its trace");
        own[0]
    }

    pub(crate) fn children<'a>(&'a self, parent: &'a Seen) -> impl Iterator<Item = &'a Seen> {
        self.0.values().filter(|seen| seen.span.parent_span_id == parent.span.span_id)
    }

    pub(crate) fn only_child<'a>(&'a self, parent: &'a Seen, name: &str) -> &'a Seen {
        let own: Vec<&Seen> = self.children(parent).filter(|child| child.span.name == name).collect();
        assert_eq!(own.len(), 1, "{name} of {:?}", parent.span);
        own[0]
    }

    /// The matches that a service has sent spans about, in order.
    pub(crate) fn matches_of(&self, service: &str) -> Vec<String> {
        let own =
            self.0.values().filter(|seen| seen.service == service && seen.says("arena.match").is_some());
        own.map(|seen| seen.text("arena.match")).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The worker's part of a match, held against the result of that match.
    pub(crate) fn check_what_the_worker_did(&self, of_worker: &Seen, played: &Value) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for child in self.children(of_worker) {
            *counts.entry(child.span.name.as_str()).or_default() += 1;
            assert_eq!(self.children(child).count(), 0);
            let (own, whole) = (&child.span, &of_worker.span);
            assert!(own.start_time_unix_nano >= whole.start_time_unix_nano, "{own:?} in {whole:?}");
            assert!(own.end_time_unix_nano <= whole.end_time_unix_nano, "{own:?} in {whole:?}");
        }
        let ticks = played["ticks"].as_u64().unwrap() as usize;
        let turns = counts.remove("turn").unwrap_or_default();
        let slow = turns.saturating_sub(2 * ticks.min(TURNS));
        assert!(turns >= 2 * ticks.min(TURNS), "{turns} turns of {ticks} ticks");
        let unlisted = 2 * (ticks - ticks.min(TURNS)) - slow;
        assert_eq!(of_worker.number("arena.turns.unlisted"), unlisted as i64);
        counts.remove("report");
        let expected = [("fetch", 1), ("load", 2), ("start", 2), ("wait", 1)];
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
        self.check_faults(of_worker, played);
        for turn in self.children(of_worker).filter(|child| child.span.name == "turn") {
            assert!((1..=i64::from(TICKS)).contains(&turn.number("arena.tick")));
            assert!(turn.number("arena.fuel") > 0);
            assert_eq!(turn.text("arena.bot").len(), 12);
        }
    }

    /// The spans in which a bot failed are those that the result has faults for.
    fn check_faults(&self, of_worker: &Seen, played: &Value) {
        let failed = |child: &&Seen| child.says("arena.fault").is_some();
        let mut seen: Vec<(i64, i64, String)> = Vec::new();
        for child in self.children(of_worker).filter(failed) {
            let status = child.span.status.as_ref().map(|status| status.code());
            assert_eq!(status, Some(StatusCode::Error), "{:?}", child.span);
            let tick = if child.span.name == "load" { 0 } else { child.number("arena.tick") };
            seen.push((tick, child.number("arena.seat"), child.text("arena.fault")));
        }
        seen.sort();
        let faults = played["faults"].as_array().unwrap().iter();
        let fault = |fault: &Value| {
            let kind = fault["kind"].as_str().unwrap().to_owned();
            (fault["tick"].as_i64().unwrap(), fault["seat"].as_i64().unwrap(), kind)
        };
        let mut expected: Vec<_> = faults.map(fault).collect();
        expected.sort();
        assert_eq!(seen, expected);
    }
}
