//! What the votes on one match say: who is right, who is not, or that more are needed.
//!
//! A worker whose own votes differ says nothing that counts. Of the others each counts once,
//! however often it voted; two that agree are right, and whoever differs from them is wrong. Where
//! there is only one, its second equal vote settles.

use super::event::{Vote, Voter};

/// Most votes on one match.
pub(super) const VOTES_MAX: usize = 5;
/// Votes of one worker on one match: the second shows whether it agrees with itself.
pub(super) const VOTES_OF_ONE_MAX: usize = 2;

/// Who may still vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// Somebody who has not voted yet.
    Others,
    /// Only those who have, and one of them a second time.
    Repeats,
    /// Nobody.
    Nobody,
}

/// What votes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// Those whose own votes differ.
    pub(super) contradicted: Vec<Voter>,
    /// Those who differ from what is right.
    pub(super) outvoted: Vec<Voter>,
    /// What that means for the match.
    pub(super) end: End,
}

/// What votes mean for their match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// More votes are needed.
    Open,
    /// The vote at `right` is right, and `second` is one of another voter that says the same.
    Settled { right: usize, second: Option<usize> },
    /// Nobody can tell who is right.
    Undecided,
}

/// Whether these votes are not all the same.
pub(super) fn is_disputed(votes: &[Vote]) -> bool {
    votes.first().is_some_and(|first| votes.iter().any(|vote| !agree(first, vote)))
}

/// Decides on all votes of a match; the first is that of the recorded result.
pub(super) fn decide(votes: &[Vote], outlook: Outlook) -> Finding {
    let mut contradicted = Vec::new();
    let mut opinions: Vec<(usize, &Vote)> = Vec::new();
    for (at, vote) in votes.iter().enumerate() {
        let mut own = votes.iter().filter(|other| other.voter == vote.voter);
        if own.any(|other| !agree(vote, other)) {
            contradicted.push(vote.voter);
        } else if opinions.iter().all(|(_, known)| known.voter != vote.voter) {
            opinions.push((at, vote));
        }
    }
    contradicted.dedup();
    contradicted.sort_unstable();
    contradicted.dedup();
    let end = end(votes, &opinions, outlook);
    let outvoted = match end {
        End::Settled { right, .. } => differing(votes, &opinions, right),
        End::Open | End::Undecided => Vec::new(),
    };
    Finding { contradicted, outvoted, end }
}

fn end(votes: &[Vote], opinions: &[(usize, &Vote)], outlook: Outlook) -> End {
    if let Some((right, second)) = pair(opinions) {
        return End::Settled { right, second: Some(second) };
    }
    let is_over = outlook == Outlook::Nobody || votes.len() >= VOTES_MAX;
    match opinions {
        [] => End::Open,
        [(at, only)] => {
            let own = votes.iter().filter(|vote| vote.voter == only.voter).count();
            let is_enough =
                own >= VOTES_OF_ONE_MAX && (outlook != Outlook::Others || votes.len() >= VOTES_MAX);
            if is_enough { End::Settled { right: *at, second: None } } else { End::Open }
        }
        _ if is_over => End::Undecided,
        _ => End::Open,
    }
}

/// The first two voters that agree.
fn pair(opinions: &[(usize, &Vote)]) -> Option<(usize, usize)> {
    opinions.iter().enumerate().find_map(|(place, (right, vote))| {
        let mut later = opinions.iter().skip(place + 1);
        later.find(|(_, other)| agree(vote, other)).map(|(second, _)| (*right, *second))
    })
}

fn differing(votes: &[Vote], opinions: &[(usize, &Vote)], right: usize) -> Vec<Voter> {
    let Some(right) = votes.get(right) else { return Vec::new() };
    opinions.iter().filter(|(_, vote)| !agree(right, vote)).map(|(_, vote)| vote.voter).collect()
}

/// Everything must be equal: who lies about a verdict may keep the digest.
fn agree(one: &Vote, other: &Vote) -> bool {
    one.finished.outcome == other.finished.outcome
}

#[cfg(test)]
mod tests {
    use super::super::script::vote;
    use super::*;

    /// Votes such as `1x 2y`: voter 1 says x, voter 2 says y.
    fn found(votes: &str, outlook: Outlook) -> String {
        let votes: Vec<Vote> = votes.split_whitespace().map(vote).collect();
        let Finding { contradicted, outvoted, end } = decide(&votes, outlook);
        let end = match end {
            End::Open => "open".to_owned(),
            End::Undecided => "undecided".to_owned(),
            End::Settled { right, second } => {
                format!("{right} is right{}", second.map(|at| format!(", so says {at}")).unwrap_or_default())
            }
        };
        let list = |what: &str, voters: &[Voter]| {
            voters.iter().map(|voter| format!("; {} {what}", voter.0)).collect::<String>()
        };
        format!("{end}{}{}", list("contradicts itself", &contradicted), list("is alone", &outvoted))
    }

    #[test]
    fn votes_and_what_they_mean() {
        use Outlook::{Nobody, Others, Repeats};
        for (votes, outlook, expected) in [
            ("", Others, "open"),
            ("1x", Others, "open"),
            ("1x", Repeats, "open"),
            ("1x", Nobody, "open"),
            // Two that agree settle it, whoever else could vote.
            ("1x 2x", Others, "0 is right, so says 1"),
            ("1x 2x", Nobody, "0 is right, so says 1"),
            ("1x 2y", Others, "open"),
            ("1x 2y 3x", Others, "0 is right, so says 2; 2 is alone"),
            ("1x 2y 3y", Nobody, "1 is right, so says 2; 1 is alone"),
            ("1x 2y 3z", Others, "open"),
            ("1x 2y 3z 4y", Others, "1 is right, so says 3; 1 is alone; 3 is alone"),
            ("1x 2y 3z", Repeats, "open"),
            ("1x 2y 3z", Nobody, "undecided"),
            // The only one settles it by saying the same again.
            ("1x 1x", Repeats, "0 is right"),
            ("1x 1x", Nobody, "0 is right"),
            ("1x 1x", Others, "open"),
            ("1x 1y", Others, "open; 1 contradicts itself"),
            ("1x 1y", Nobody, "open; 1 contradicts itself"),
            // Two that disagree vote a second time each; nobody is blamed without a reason.
            ("1x 2y", Repeats, "open"),
            ("1x 2y 1x", Repeats, "open"),
            ("1x 2y 1x 2y", Nobody, "undecided"),
            ("1x 2y 1x 2y", Others, "open"),
            ("1x 2y 1x 2y 3y", Nobody, "1 is right, so says 4; 1 is alone"),
            ("1x 2y 1x 2y 3z", Others, "undecided"),
            ("1x 2y 1z", Repeats, "open; 1 contradicts itself"),
            ("1x 2y 1z 2y", Repeats, "1 is right; 1 contradicts itself"),
            ("1x 2y 2z", Repeats, "open; 2 contradicts itself"),
            ("1x 2y 2x 3x", Others, "0 is right, so says 3; 2 contradicts itself"),
            // Who contradicts itself corroborates nobody.
            ("1x 2x 2y", Others, "open; 2 contradicts itself"),
        ] {
            assert_eq!(found(votes, outlook), expected, "{votes:?}, {outlook:?}");
        }
    }

    #[test]
    fn who_agrees_with_nobody_never_wins_and_who_agrees_with_two_is_never_blamed() {
        // Every way in which up to five votes of up to three voters can be cast on two results.
        for code in 0..6_usize.pow(5) {
            let digits = (0..5).map(|at| code / 6_usize.pow(at) % 6);
            let votes: Vec<String> =
                digits.map(|digit| format!("{}{}", digit / 2, ["x", "y"][digit % 2])).collect();
            let votes: Vec<Vote> = votes.iter().map(|text| vote(text)).collect();
            let finding = decide(&votes, Outlook::Nobody);
            if let End::Settled { right, second: Some(second) } = finding.end {
                let (one, two) = (&votes[right], &votes[second]);
                assert!(one.voter != two.voter && agree(one, two));
                assert!(!finding.outvoted.contains(&one.voter) && !finding.outvoted.contains(&two.voter));
                assert!(!finding.contradicted.contains(&one.voter));
            } else {
                assert!(finding.outvoted.is_empty(), "nobody is outvoted by one");
            }
        }
    }
}
