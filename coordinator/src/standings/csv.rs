//! The standings as `--csv` writes them: RFC 4180, one row per bot, the columns of `bots` in the
//! document, UTF-8.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and the names
//! are strangers' choice: such a name gets an apostrophe in front, which a spreadsheet shows as the
//! bare name. Programs that need names as they are read the JSON.

use super::document::{BotRow, Document};

const HEADER: &str = "name,digest,rank,points,played,wins,draws,losses,forfeits,rating,rating_low,rating_high,\
fuel_per_turn_p50,fuel_per_turn_p99,memory_peak_bytes\r\n";

/// The standings as CSV, with a header line.
pub fn to_csv(document: &Document) -> String {
    document.bots.iter().fold(HEADER.to_owned(), |mut out, bot| {
        out.push_str(&row(bot));
        out
    })
}

fn row(bot: &BotRow) -> String {
    // Exhaustive, so that a new column of the document is not forgotten here.
    let BotRow {
        name,
        digest,
        rank,
        points,
        played,
        wins,
        draws,
        losses,
        forfeits,
        rating,
        rating_low,
        rating_high,
        fuel_per_turn_p50,
        fuel_per_turn_p99,
        memory_peak_bytes,
    } = bot;
    let name = quoted(&harmless(name));
    format!(
        "{name},{digest},{rank},{points:.1},{played},{wins},{draws},{losses},{forfeits},{rating:.1},{rating_low:.1},\
         {rating_high:.1},{fuel_per_turn_p50},{fuel_per_turn_p99},{memory_peak_bytes}\r\n"
    )
}

fn harmless(name: &str) -> String {
    // Spreadsheets pass over blanks in front, and know the full-width signs as well.
    let is_formula = name.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{name}") } else { name.to_owned() }
}

fn quoted(field: &str) -> String {
    let plain = !field.contains([',', '"', '\r', '\n']) && field.trim() == field;
    if plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_formulas_disarmed() {
        for (name, field) in [
            ("hunter", "hunter"),
            ("my bot", "my bot"),
            (" led", "\" led\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("-rf", "'-rf"),
            ("@x,y", "\"'@x,y\""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(quoted(&harmless(name)), field, "{name:?}");
        }
    }
}
