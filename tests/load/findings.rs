//! What a run came to, for people, and whether all of it held.

use std::fmt;
use std::time::Duration;

use super::census::Summary;
use super::check::Checked;
use super::coordinator::Left;
use super::options::{Kind, Options};

/// Looks at the coordinator that are printed.
const LOOKS_SHOWN: usize = 12;

/// Everything that was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    workers: u32,
    start_up: Duration,
    left: Option<Left>,
    summary: Summary,
    checked: Checked,
    /// What must not be.
    complaints: Vec<String>,
}

impl Findings {
    /// There was no run.
    pub(crate) fn nothing(why: String) -> Findings {
        Findings { complaints: vec![why], ..Findings::default() }
    }

    pub(crate) fn new(
        options: &Options,
        start_up: Duration,
        left: Left,
        summary: Summary,
        checked: Checked,
    ) -> Findings {
        let workers = options.workers.get();
        let mut findings =
            Findings { workers, start_up, left: Some(left), summary, checked, complaints: Vec::new() };
        findings.complaints = findings.judge();
        findings
    }

    /// Liars that were found out.
    pub(crate) fn found_out(&self) -> usize {
        self.checked.found_out
    }

    /// Whether everything was as it must be.
    pub(crate) fn all_held(&self) -> bool {
        self.complaints.is_empty()
    }

    fn judge(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let Some(left) = &self.left else { return complaints };
        if left.code != Some(0) {
            let said: Vec<&str> = left.log.last.iter().map(String::as_str).collect();
            complaints.push(format!("the coordinator ended with {:?}:\n{}", left.code, said.join("\n")));
        }
        if left.log.lost > 0 {
            complaints.push(format!("{} workers that stayed were taken for gone", left.log.lost));
        }
        if self.checked.differences > 0 {
            let examples = self.checked.examples.join("\n  ");
            complaints
                .push(format!("{} differences in the results:\n  {examples}", self.checked.differences));
        }
        if self.summary.violation_count > 0 {
            let examples = self.summary.violations.join("\n  ");
            complaints.push(format!("{} violations:\n  {examples}", self.summary.violation_count));
        }
        for ((kind, code), (count, example)) in &self.summary.errors {
            complaints.push(format!("{count} × {code} for {} workers: {example}", kind.name()));
        }
        complaints
    }

    fn quantile(&self, share: f64) -> Duration {
        let latencies = &self.summary.latencies;
        let at = (latencies.len() as f64 * share) as usize;
        latencies.get(at.min(latencies.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { calls, latencies, tries, reports, deaths, babble, .. } = &self.summary;
        let Checked { matches, wall_seconds, .. } = self.checked;
        let found_out = self.found_out();
        writeln!(f, "{} workers, {matches} matches in {wall_seconds:.1} s", self.workers)?;
        writeln!(f, "  recorded      {:.0} results/s on average", matches as f64 / wall_seconds.max(0.001))?;
        writeln!(f, "  start-up      {:.1?} until it listened", self.start_up)?;
        let by_kind: Vec<String> =
            calls.iter().map(|(kind, count)| format!("{} {count}", kind.name())).collect();
        writeln!(f, "  calls         {}", by_kind.join(", "))?;
        writeln!(
            f,
            "  tries         {tries} handed out, {reports} reports sent, {deaths} workers died, {found_out} liars were found out"
        )?;
        writeln!(
            f,
            "  Synchronize   p50 {:.1?}, p99 {:.1?}, max {:.1?} of {} calls by {} workers",
            self.quantile(0.5),
            self.quantile(0.99),
            self.quantile(1.0),
            latencies.len(),
            Kind::Honest.name()
        )?;
        for ((what, answer), count) in babble {
            writeln!(f, "  babble        {what}: {count} × {answer}")?;
        }
        if let Some(left) = &self.left {
            let cpu = left.looks.last().map(|(_, look)| look.cpu).unwrap_or_default();
            let per = |count: u64| cpu.as_micros() / u128::from(count.max(1));
            let calls = calls.values().sum();
            let (result, call) = (per(matches), per(calls));
            writeln!(f, "  CPU           {result} us of the coordinator's a result, {call} us a call")?;
            show_looks(f, left)?;
        }
        for complaint in &self.complaints {
            writeln!(f, "FAILED: {complaint}")?;
        }
        writeln!(f, "{}", if self.all_held() { "all held" } else { "not all held" })
    }
}

fn show_looks(f: &mut fmt::Formatter<'_>, left: &Left) -> fmt::Result {
    let looks = &left.looks;
    writeln!(f, "  coordinator   over {:.0} s:", left.wall.as_secs_f64())?;
    for (at, look) in looks.iter().step_by(looks.len().div_ceil(LOOKS_SHOWN).max(1)).chain(looks.last()) {
        writeln!(
            f,
            "    {:>5.0} s  RSS {:>5} MiB, CPU {:>5.1} s, {:>6} descriptors, {} threads",
            at.as_secs_f64(),
            look.rss_bytes >> 20,
            look.cpu.as_secs_f64(),
            look.descriptors,
            look.threads
        )?;
    }
    Ok(())
}
