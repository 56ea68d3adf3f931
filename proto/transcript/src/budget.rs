//! How much of what was said a record keeps whole.
//!
//! A bot may say 64 KiB in each of 1 000 ticks. What it is shown and what it says have a budget
//! each, and so does each seat: a talkative bot can spend neither its opponent's nor what shows the
//! match to those who watch it.

use terms::{BySeat, Digest, Seat};

use crate::{Blob, Form};

/// Most bytes of observations that are kept whole, per seat, as they stand in the record.
pub(crate) const OBSERVATION_BYTES_MAX: usize = 2 << 20;
/// Most bytes of replies, faults and logs that are kept whole, per seat, as they stand in the record.
pub(crate) const SAID_BYTES_MAX: usize = 2 << 20;
/// What takes no more than this is always kept: to say that it is missing takes as much.
pub(crate) const ALWAYS_KEPT_BYTES: usize = 96;

/// What is left for one seat, in bytes.
#[derive(Clone, Copy)]
struct Left {
    observations: usize,
    said: usize,
}

/// What is left for both seats.
pub(crate) struct Budget(BySeat<Left>);

impl Budget {
    pub(crate) fn new() -> Budget {
        let full = Left { observations: OBSERVATION_BYTES_MAX, said: SAID_BYTES_MAX };
        Budget(BySeat([full, full]))
    }

    /// What a bot was shown.
    pub(crate) fn observation(&mut self, seat: Seat, form: Form<'_>) -> Blob {
        spend(&mut self.0[seat].observations, form)
    }

    /// What a bot said.
    pub(crate) fn said(&mut self, seat: Seat, form: Form<'_>) -> Blob {
        spend(&mut self.0[seat].said, form)
    }
}

fn spend(left: &mut usize, form: Form<'_>) -> Blob {
    let bytes = form.bytes();
    let elided = || Blob::elided(bytes.len() as u64, Digest::of(bytes));
    // Nothing takes less than its bytes: what is far too long is not even counted.
    if bytes.len() > (*left).max(ALWAYS_KEPT_BYTES) {
        return elided();
    }
    let cost = form.cost();
    if cost <= ALWAYS_KEPT_BYTES {
        return Blob::kept(form);
    }
    let Some(rest) = left.checked_sub(cost) else { return elided() };
    *left = rest;
    Blob::kept(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_budget_does_not_touch_another_and_small_things_are_always_kept() {
        let mut budget = Budget::new();
        let large = "x".repeat(SAID_BYTES_MAX - 2);
        let (large, small) = (Form::Text(&large), Form::Json("[]"));
        let is_kept = |blob: Blob| blob.form().is_some();
        assert!(is_kept(budget.said(Seat::Zero, large)));
        let refused = budget.said(Seat::Zero, large);
        assert_eq!(refused.form(), None);
        assert_eq!(refused, Blob::kept(large), "what is not kept is still identified");
        assert!(is_kept(budget.said(Seat::Zero, small)));
        assert!(is_kept(budget.observation(Seat::Zero, large)));
        assert!(is_kept(budget.said(Seat::One, large)));
    }
}
