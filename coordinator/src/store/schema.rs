//! The tables, as the steps that led to them. A step that was released is never changed: add one.

/// One step, from the schema before it to its own.
pub(super) struct Migration {
    /// The schema after this step.
    pub(super) version: i64,
    /// Statements to run, in order.
    pub(super) statements: &'static [&'static str],
}

/// All steps, in order.
pub(super) const MIGRATIONS: &[Migration] = &[RESULTS, AUDITS, CLAIMS];

/// Results.
const RESULTS: Migration = Migration {
    version: 1,
    statements: &[
        "CREATE TABLE results (
            match_id TEXT NOT NULL PRIMARY KEY,
            setting TEXT NOT NULL,
            seed BIGINT NOT NULL,
            bot_zero TEXT NOT NULL,
            bot_one TEXT NOT NULL,
            verdict TEXT NOT NULL,
            half_points_zero BIGINT NOT NULL,
            half_points_one BIGINT NOT NULL,
            ticks BIGINT NOT NULL,
            digest TEXT NOT NULL,
            detail TEXT NOT NULL,
            worker TEXT NOT NULL,
            layers TEXT NOT NULL,
            attempt BIGINT NOT NULL,
            wall_micros BIGINT NOT NULL,
            recorded_at_ms BIGINT NOT NULL
        )",
        "CREATE INDEX results_by_setting ON results (setting)",
    ],
};

/// Results that are not believed any more, with all that they had as results, and results that
/// another worker came to as well.
const AUDITS: Migration = Migration {
    version: 2,
    statements: &[
        "CREATE TABLE set_aside (
            match_id TEXT NOT NULL,
            setting TEXT NOT NULL,
            seed BIGINT NOT NULL,
            bot_zero TEXT NOT NULL,
            bot_one TEXT NOT NULL,
            verdict TEXT NOT NULL,
            half_points_zero BIGINT NOT NULL,
            half_points_one BIGINT NOT NULL,
            ticks BIGINT NOT NULL,
            digest TEXT NOT NULL,
            detail TEXT NOT NULL,
            worker TEXT NOT NULL,
            layers TEXT NOT NULL,
            attempt BIGINT NOT NULL,
            wall_micros BIGINT NOT NULL,
            recorded_at_ms BIGINT NOT NULL,
            reason TEXT NOT NULL,
            set_aside_at_ms BIGINT NOT NULL
        )",
        "CREATE INDEX set_aside_by_match ON set_aside (match_id)",
        "CREATE TABLE corroborations (
            match_id TEXT NOT NULL,
            worker TEXT NOT NULL,
            corroborated_at_ms BIGINT NOT NULL,
            PRIMARY KEY (match_id, worker)
        )",
    ],
};

/// Who took a database that several coordinators know, and when: whoever finds a later claim than its
/// own was replaced. A file of SQLite has one coordinator by the lock of its directory.
const CLAIMS: Migration = Migration {
    version: 3,
    statements: &["CREATE TABLE arena_claims (
            claim BIGINT NOT NULL PRIMARY KEY,
            holder TEXT NOT NULL,
            claimed_at_ms BIGINT NOT NULL
        )"],
};

/// The columns of `results`, which `set_aside` has as well.
macro_rules! columns {
    () => {
        "match_id, setting, seed, bot_zero, bot_one, verdict, half_points_zero, half_points_one, ticks, digest, \
         detail, worker, layers, attempt, wall_micros, recorded_at_ms"
    };
}

/// The columns that a result is read from.
macro_rules! read_columns {
    () => {
        "match_id, seed, bot_zero, bot_one, ticks, digest, detail, worker, layers, attempt, wall_micros, \
         recorded_at_ms"
    };
}

/// The results of a setting ($1) by a worker ($2) that no other worker came to.
macro_rules! uncorroborated {
    () => {
        " FROM results WHERE setting = $1 AND worker = $2 AND NOT EXISTS (SELECT 1 FROM corroborations \
         WHERE corroborations.match_id = results.match_id AND corroborations.worker <> results.worker)"
    };
}

/// The schema that this version works with.
pub(super) const NEWEST: i64 = 3;

const _: () = assert!(MIGRATIONS.len() as i64 == NEWEST, "every step has the next number");

/// Where a database keeps the number of its schema.
pub(super) const CREATE_VERSION: &str = "CREATE TABLE IF NOT EXISTS arena_schema (version BIGINT NOT NULL PRIMARY KEY, applied_at_ms BIGINT NOT NULL)";
/// Reads it: 0 for a new database.
pub(super) const READ_VERSION: &str = "SELECT COALESCE(MAX(version), 0) AS version FROM arena_schema";
/// Raises it.
pub(super) const ADD_VERSION: &str = "INSERT INTO arena_schema (version, applied_at_ms) VALUES ($1, $2)";

/// How many [`columns`] there are.
pub(super) const COLUMNS: usize = 16;

/// Results that one statement adds, most first. The last one makes sure that there is a size for all.
pub(super) const ROWS: [usize; 3] = [64, 8, 1];

/// Adds so many results, each unless there is one of that match.
pub(super) fn insert(rows: usize, placeholder: fn(usize) -> String) -> String {
    let row = |row: usize| {
        let values: Vec<String> = (1..=COLUMNS).map(|n| placeholder(row * COLUMNS + n)).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let (columns, rows) = (columns!(), rows.join(", "));
    format!("INSERT INTO results ({columns}) VALUES {rows} ON CONFLICT (match_id) DO NOTHING")
}

/// Marks a place in a transaction.
pub(super) const MARK: &str = "SAVEPOINT results_added";
/// Goes back to it.
pub(super) const GO_BACK: &str = "ROLLBACK TO SAVEPOINT results_added";
/// Forgets it.
pub(super) const UNMARK: &str = "RELEASE SAVEPOINT results_added";

/// The result of a match.
pub(super) const READ_RESULT: &str = concat!("SELECT ", read_columns!(), " FROM results WHERE match_id = $1");
/// The settings that there are results of.
pub(super) const READ_SETTINGS: &str = "SELECT DISTINCT setting FROM results ORDER BY setting";
/// Who came to which result as well.
pub(super) const READ_CORROBORATIONS: &str =
    "SELECT match_id, worker FROM corroborations ORDER BY match_id, worker";
/// Up to two results, by the range that the ids of their matches are in.
pub(super) const FIND: &str = concat!(
    "SELECT ",
    read_columns!(),
    " FROM results WHERE match_id >= $1 AND match_id < $2 ORDER BY match_id LIMIT 2"
);
/// Every result whose id is in a range.
pub(super) const READ_BEGINNING: &str =
    concat!("SELECT ", read_columns!(), " FROM results WHERE match_id >= $1 AND match_id < $2");
/// The matches of a setting that have a result.
pub(super) const READ_IDS: &str = "SELECT match_id FROM results WHERE setting = $1";
/// The results of a setting.
pub(super) const READ_RESULTS: &str = concat!("SELECT ", read_columns!(), " FROM results WHERE setting = $1");

/// Notes that another worker came to the same result.
pub(super) const CORROBORATE: &str = "INSERT INTO corroborations (match_id, worker, corroborated_at_ms) \
     VALUES ($1, $2, $3) ON CONFLICT (match_id, worker) DO NOTHING";
/// Keeps a result for the record; its place is freed by [`REMOVE`].
pub(super) const SET_ASIDE: &str = concat!(
    "INSERT INTO set_aside (",
    columns!(),
    ", reason, set_aside_at_ms) SELECT ",
    columns!(),
    ", $2, $3 FROM results WHERE match_id = $1"
);
/// Frees the place of a match's result, which was set aside.
pub(super) const REMOVE: &str = "DELETE FROM results WHERE match_id = $1";
/// What corroborated a result that was set aside says nothing about the next one.
pub(super) const REMOVE_CORROBORATIONS: &str = "DELETE FROM corroborations WHERE match_id = $1";
/// The results that nobody but one worker vouches for.
pub(super) const READ_UNCORROBORATED: &str = concat!("SELECT ", read_columns!(), uncorroborated!());
/// What a worker that is not believed any more vouched for.
pub(super) const REMOVE_CORROBORATIONS_BY: &str = "DELETE FROM corroborations WHERE worker = $2 \
     AND match_id IN (SELECT match_id FROM results WHERE setting = $1)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_from_one_without_gaps() {
        let versions: Vec<i64> = MIGRATIONS.iter().map(|step| step.version).collect();
        assert_eq!(versions, (1..=NEWEST).collect::<Vec<_>>());
    }
}
