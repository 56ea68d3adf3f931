//! What each bot used, as a table.

use terms::Seat;

use super::report::Played;

/// The table; nothing for bots on a plain python3, of which nothing was counted.
pub(super) fn table(played: &Played) -> String {
    if !played.is_sandboxed {
        return String::new();
    }
    let width = played.names.0.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(4);
    let limit = played.spec.limits.turn_fuel;
    let mut text = format!(
        "{:width$}  {:>12}  {:>12}  {:>12}  {:>12}  {:>9}  {:>9}\n",
        "bot", "load fuel", "turn, median", "99 %", "most", "of limit", "memory"
    );
    for seat in Seat::BOTH {
        let Used { load, median, p99, most, memory } = used(played, seat);
        let share = most as f64 * 100.0 / limit as f64;
        let memory = memory as f64 / (1 << 20) as f64;
        text += &format!(
            "{:width$}  {load:>12}  {median:>12}  {p99:>12}  {most:>12}  {share:>7.1} %  {memory:>5.1} MiB\n",
            played.names[seat]
        );
    }
    text
}

struct Used {
    load: u64,
    median: u64,
    p99: u64,
    most: u64,
    memory: u64,
}

fn used(played: &Played, seat: Seat) -> Used {
    let mut turns = played.turn_fuel[seat].clone();
    turns.sort_unstable();
    let at = |share: usize| turns.get(turns.len().saturating_sub(1) * share / 100).copied().unwrap_or(0);
    let memory = played.outcome.usage[seat].memory_peak_bytes;
    Used { load: played.load_fuel[seat].unwrap_or(0), median: at(50), p99: at(99), most: at(100), memory }
}
