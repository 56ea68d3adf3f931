//! What a coordinator measures: the one table, and what the rest of the program records with.
//!
//! ```text
//! table    one row for each metric
//! handles  what is counted where it happens: by the driver, the server, the writer
//! state    what is the case, as gauges: matches, workers, slots
//! ```
//! Nobody else names a metric. Without `--http` there is no recorder, and recording does nothing. Never
//! here: a figure of one bot, which `/metrics/bots` has, or of one worker, which that worker has.

mod handles;
mod state;
mod table;

pub use handles::Metrics;
pub use state::{Glance, Phase};
pub(crate) use table::{
    BOT_FAULTS, BOT_FORFEITS, BOT_FUEL, BOT_MATCHES, BOT_MEMORY, BOT_POINTS, BOT_RANK, BOTS_COUNTED,
    BOTS_LEFT_OUT,
};
pub use table::{BOTS, TABLE};
