//! All rows, and what they were measured with.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::options::Options;
use super::row::Row;
use super::table::table;

/// The version of the document's form. Add at the end; never rename, reorder or reuse.
const VERSION: u32 = 1;

/// Everything that was measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    version: u32,
    /// When it began, in seconds since 1970.
    began: u64,
    wall_seconds: f64,
    /// Whether it was only tried whether it works: then the figures mean nothing.
    quick: bool,
    machine: Machine,
    pub(crate) rows: Vec<Row>,
    #[serde(skip)]
    clock: Instant,
}

/// Where it was measured.
#[derive(Clone, Debug, Serialize)]
struct Machine {
    cpu: String,
    cores: usize,
    kernel: String,
    python3: String,
    wasmtime: &'static str,
    /// How many processes wanted a core on average, before and after: of others, if it is much more than
    /// there are cores.
    load_before: String,
    load_after: String,
}

impl Report {
    pub(crate) fn begin(options: &Options) -> Report {
        let began = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let machine = Machine {
            cpu: line_of("/proc/cpuinfo", "model name").unwrap_or_default(),
            cores: worker::slots::usable_cores().len(),
            kernel: read("/proc/sys/kernel/osrelease"),
            python3: python_version(),
            wasmtime: terms::runtime::WASMTIME_VERSION,
            load_before: load(),
            load_after: String::new(),
        };
        let (rows, clock) = (Vec::new(), Instant::now());
        Report { version: VERSION, began, wall_seconds: 0.0, quick: options.quick, machine, rows, clock }
    }

    pub(crate) fn end(mut self, rows: Vec<Row>) -> Report {
        self.wall_seconds = self.clock.elapsed().as_secs_f64();
        self.machine.load_after = load();
        self.rows = rows;
        self
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("figures can be written") + "\n"
    }

    pub(crate) fn table(&self) -> String {
        let Machine { cpu, cores, kernel, python3, wasmtime, load_before, load_after } = &self.machine;
        let about = format!(
            "{cpu}, {cores} cores, Linux {kernel}, {python3}, wasmtime {wasmtime}; load {load_before} before, \
             {load_after} after; {:.0} s\n",
            self.wall_seconds
        );
        let warning = if self.quick { "--quick: these figures mean nothing\n" } else { "" };
        table(&self.rows) + &about + warning
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

fn line_of(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(": ").map(|(_, value)| value.to_owned())
}

fn load() -> String {
    read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned()
}

fn python_version() -> String {
    let output = std::process::Command::new("python3").arg("--version").output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
