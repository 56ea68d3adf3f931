//! What the figures should come to.

use serde::Serialize;

/// A goal, by ratio to the baseline of the same run or as a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Target {
    /// So many times better than the baseline.
    Better { least: f64, aim: f64 },
    /// No more than so many times worse than the baseline.
    Worse { most: f64, aim: f64 },
    /// No more than that, in the unit of the row.
    AtMost { most: f64, aim: f64 },
}

/// How a row did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// As good as hoped for.
    Aim,
    /// Good enough.
    Met,
    /// Not good enough.
    Missed,
}

impl Target {
    /// Judges a figure, given how many times better than the baseline it is.
    pub(crate) fn judge(self, figure: f64, better: Option<f64>) -> Option<Verdict> {
        let (value, enough, aim) = match self {
            Target::Better { least, aim } => (better?, least, aim),
            Target::Worse { most, aim } => (better?, 1.0 / most, 1.0 / aim),
            Target::AtMost { most, aim } => (-figure, -most, -aim),
        };
        Some(match value {
            value if value >= aim => Verdict::Aim,
            value if value >= enough => Verdict::Met,
            _ => Verdict::Missed,
        })
    }

    /// The goal in words: at least, and hoped for.
    pub(crate) fn shown(self, unit: &str) -> String {
        match self {
            Target::Better { least, aim } => format!("{least}× better, {aim}×"),
            Target::Worse { most, aim } => format!("{most}× worse, {aim}×"),
            Target::AtMost { most, aim } => format!("{most} {unit}, {aim}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_missed_met_or_surpassed() {
        let judged = |target: Target, figure, better| target.judge(figure, Some(better)).unwrap();
        let start = Target::Better { least: 15.0, aim: 30.0 };
        assert_eq!(
            [14.9, 15.0, 31.0].map(|better| judged(start, 0.0, better)),
            [Verdict::Missed, Verdict::Met, Verdict::Aim]
        );
        let turn = Target::Worse { most: 1.6, aim: 1.2 };
        let slower = |times: f64| judged(turn, 0.0, 1.0 / times);
        assert_eq!([slower(1.7), slower(1.5), slower(1.1)], [Verdict::Missed, Verdict::Met, Verdict::Aim]);
        let memory = Target::AtMost { most: 1.5, aim: 0.8 };
        assert_eq!(
            [1.6, 1.0, 0.8].map(|figure| judged(memory, figure, 0.0)),
            [Verdict::Missed, Verdict::Met, Verdict::Aim]
        );
        assert_eq!(start.judge(1.0, None), None);
    }
}
