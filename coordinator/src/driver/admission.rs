//! Whether a worker may play: only with exactly the tournament's runtime.

use terms::Runtime;

use crate::call::{Picture, State};
use crate::engine::Stance;

/// What is thought of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Admission {
    /// Whether it may get work.
    pub(super) stance: Stance,
    /// Why not, and what to do about it.
    pub(super) refusal: Option<String>,
}

/// Judges a worker by what it says of itself, and by what is known of it.
pub(super) fn admit(picture: &Picture, wanted: &Runtime, quarantine: Option<&str>) -> Admission {
    let stance = match picture.state {
        State::Preparing => Stance::Idle,
        State::Ready => Stance::Ready,
        State::Draining => Stance::Draining,
    };
    let refusal = match (&picture.runtime, picture.state) {
        _ if quarantine.is_some() => quarantine.map(str::to_owned),
        (Some(runtime), _) => refusal(&runtime.differences(wanted)),
        (None, State::Ready) => Some("the worker is ready, but does not say with which runtime".to_owned()),
        (None, State::Preparing | State::Draining) => None,
    };
    let stance = if refusal.is_some() { Stance::Idle } else { stance };
    Admission { stance, refusal }
}

fn refusal(differences: &[String]) -> Option<String> {
    let text = || {
        format!(
            "the worker's runtime is not the tournament's: {}; use the worker of the same version of arena",
            differences.join("; ")
        )
    };
    (!differences.is_empty()).then(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::Digest;

    fn picture(state: State, runtime: Option<Runtime>) -> Picture {
        Picture {
            instance: String::new(),
            name: String::new(),
            slots: 1,
            state,
            note: String::new(),
            reach: None,
            runtime,
            layers: Vec::new(),
            holding: Vec::new(),
            finished: Vec::new(),
        }
    }

    #[test]
    fn only_the_same_runtime_plays_and_others_are_told_each_difference() {
        let ours = Runtime::of_this_build(Digest::of(b"python"));
        let admitted = admit(&picture(State::Ready, Some(ours.clone())), &ours, None);
        assert_eq!(admitted, Admission { stance: Stance::Ready, refusal: None });

        let theirs = Runtime { wasmtime: "1.0.0".into(), engine: 99, ..ours.clone() };
        let refused = admit(&picture(State::Ready, Some(theirs)), &ours, None);
        assert_eq!(refused.stance, Stance::Idle);
        let why = refused.refusal.unwrap();
        assert!(why.contains("wasmtime is 1.0.0") && why.contains("engine revision is 99"), "{why}");
    }

    #[test]
    fn a_quarantined_worker_is_told_why() {
        let ours = Runtime::of_this_build(Digest::of(b"python"));
        let refused = admit(&picture(State::Ready, Some(ours.clone())), &ours, Some("it lied"));
        assert_eq!(refused, Admission { stance: Stance::Idle, refusal: Some("it lied".to_owned()) });
    }

    #[test]
    fn a_worker_without_a_runtime_may_prepare_but_not_play() {
        let ours = Runtime::of_this_build(Digest::of(b"python"));
        assert_eq!(admit(&picture(State::Preparing, None), &ours, None).refusal, None);
        assert!(admit(&picture(State::Ready, None), &ours, None).refusal.is_some());
    }
}
