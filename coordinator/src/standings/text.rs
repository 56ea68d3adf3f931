//! The standings as people read them: a table, the crosstable, and notes. No colours, so that a
//! file, a pipe and a terminal get the same.

use comfy_table::{Cell, CellAlignment, LineStyle, Row, Table, TableStyle};

use super::clean::{clean, fit};
use super::document::{BotRow, Document, TournamentRow};
use super::notes;
use super::report::Report;

/// Columns that a name may take.
const NAME_COLUMNS: usize = 32;
/// Bots up to which the crosstable is readable.
const CROSSTABLE_BOTS_MAX: usize = 16;
/// One line below the header and no others: a table that survives being pasted into a chat.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The standings as text, ending in a line break.
pub fn to_text(report: &Report) -> String {
    let document = &report.document;
    let mut parts = vec![standings(document).trim_fmt(), summary(&document.tournament)];
    if document.bots.len() <= CROSSTABLE_BOTS_MAX {
        parts.insert(1, crosstable(document).trim_fmt());
    }
    let notes = notes::lines(report);
    if !notes.is_empty() {
        parts.push(notes.join("\n"));
    }
    parts.join("\n\n") + "\n"
}

fn standings(document: &Document) -> Table {
    let header = ["#", "bot", "points", "W", "D", "L", "forfeits", "rating", "±95 %", "fuel/turn", "memory"];
    let mut table = table(header.map(str::to_owned));
    for bot in &document.bots {
        table.add_row(cells(standings_row(bot)));
    }
    table
}

fn standings_row(bot: &BotRow) -> [String; 11] {
    [
        bot.rank.to_string(),
        shown(&bot.name),
        format!("{:.1}", bot.points),
        bot.wins.to_string(),
        bot.draws.to_string(),
        bot.losses.to_string(),
        if bot.forfeits == 0 { "-".to_owned() } else { bot.forfeits.to_string() },
        format!("{:.0}", bot.rating),
        format!("{:.0}", (bot.rating_high - bot.rating_low) / 2.0),
        scaled(bot.fuel_per_turn_p50),
        format!("{:.1} MiB", bot.memory_peak_bytes as f64 / f64::from(1 << 20)),
    ]
}

/// Columns are numbered by rank order, as names would make the table too wide.
fn crosstable(document: &Document) -> Table {
    let numbers = (1..=document.bots.len()).map(|number| number.to_string());
    let mut table = table(["".to_owned(), "row against column".to_owned()].into_iter().chain(numbers));
    for (number, (bot, row)) in document.bots.iter().zip(&document.crosstable).enumerate() {
        let scores =
            row.iter().map(|cell| cell.map_or_else(|| "·".to_owned(), |points| format!("{points:.1}")));
        table.add_row(cells([(number + 1).to_string(), shown(&bot.name)].into_iter().chain(scores)));
    }
    table
}

fn summary(tournament: &TournamentRow) -> String {
    let TournamentRow { matches, played, forfeits, void, cached, wall_seconds, seed, policy, .. } =
        tournament;
    let policy = if policy.name == "open" { String::new() } else { format!(", policy {}", policy.name) };
    format!(
        "{matches} matches: {played} played, {forfeits} forfeited, {void} void, {cached} from the cache; \
         seed {seed}{policy}, {wall_seconds:.1} s"
    )
}

/// Numbers to the right, the second column (the name) to the left.
fn table(header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(cells(header));
    table
}

fn cells(texts: impl IntoIterator<Item = String>) -> Row {
    let cell = |(column, text): (usize, String)| {
        let side = if column == 1 { CellAlignment::Left } else { CellAlignment::Right };
        Cell::new_owned(text).set_alignment(side)
    };
    texts.into_iter().enumerate().map(cell).collect::<Vec<_>>().into()
}

fn shown(name: &str) -> String {
    fit(&clean(name), NAME_COLUMNS)
}

/// A count to three digits: 950, 23.1 k, 4.02 M.
fn scaled(count: u64) -> String {
    let value = count as f64;
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{:.1} k", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} M", value / 1e6),
        _ => format!("{:.2} G", value / 1e9),
    }
}
