//! Measures, and judges by ratios: whatever the machine, both sides ran on it in the same minutes.
//!
//! ```text
//! options ─► contenders (sandbox, python3, …) ─► rows: starts, turns, lives, rates, memory, upkeep
//!                                                  │ interleaved: A B A B …
//!                                                  ▼
//!                                   stats ─► row (figures, ratio, target) ─► report ─► table, JSON
//! ```
//!
//! Never here: a time that fails a test.

mod contender;
mod interleave;
mod lives;
mod memory;
mod observation;
mod options;
mod rates;
mod report;
mod row;
mod starts;
mod stats;
mod table;
mod target;
mod turns;
mod upkeep;

pub(crate) use options::Options;
pub(crate) use report::Report;

use contender::Contender;
use row::Row;

/// Everything that was asked for. `coordinator_cpu` has a coordinator record so many matches, and says
/// what each cost.
pub(crate) fn run(options: &Options, coordinator_cpu: impl Fn(u32) -> f64) -> Report {
    let report = Report::begin(options);
    let contenders = Contender::all(options.no_fuel.as_deref());
    let core = worker::slots::usable_cores().first().copied();
    let mut rows: Vec<Row> = Vec::new();
    let mut add = |group: &str, measure: &dyn Fn() -> Vec<Row>| {
        if options.wants(group) {
            eprintln!("measuring: {group}");
            rows.extend(measure());
        }
    };
    add("start", &|| pinned(core, || starts::rows(options, &contenders)));
    add("turn", &|| pinned(core, || turns::rows(options, &contenders)));
    add("life", &|| pinned(core, || lives::rows(options, &contenders)));
    add("rate", &|| rates::rows(options, &contenders));
    add("memory", &|| memory::rows(options, &contenders));
    add("worker", &|| upkeep::worker(options));
    add("coordinator", &|| upkeep::coordinator(options, &coordinator_cpu));
    report.end(rows)
}

/// Runs on that core, as a slot of a worker does, and gives the other cores back afterwards.
fn pinned<T>(core: Option<u16>, run: impl FnOnce() -> T + Send) -> T
where
    T: Send,
{
    std::thread::scope(|scope| {
        let measure = move || {
            pin(core);
            run()
        };
        scope.spawn(measure).join().expect("measuring does not panic")
    })
}

/// Pins this thread, and so what it starts.
pub(crate) fn pin(core: Option<u16>) {
    use nix::sched::{CpuSet, sched_setaffinity};
    let Some(core) = core else { return };
    let mut set = CpuSet::new();
    set.set(core.into()).expect("a core of this machine");
    sched_setaffinity(nix::unistd::Pid::from_raw(0), &set).expect("it is one of ours");
}
