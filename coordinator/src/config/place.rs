//! Where results are kept: a file of SQLite, or a database of PostgreSQL. Passwords stay in here.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use url::Url;

/// What a URL may say about a connection. Others are refused and not passed over: whoever asks for
/// something must not believe that it was done.
const PARAMETERS: [&str; 14] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-mode",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];
/// What stands for a password.
const HIDDEN: &str = "PASSWORD";

/// Where results are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// In that file.
    Sqlite(PathBuf),
    /// In that database.
    Postgres(Box<Database>),
}

/// A database of PostgreSQL, and how to get there.
#[derive(Clone)]
pub struct Database {
    url: String,
    /// What the URL says, the environment (`PGPASSWORD`, …) and `.pgpass`. Some of it is secret.
    pub options: PgConnectOptions,
}

impl Place {
    /// The place that a text means.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn read(text: &str) -> Result<Place, String> {
        let rule = || "it must be sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE".to_owned();
        let (scheme, rest) = text.split_once(':').ok_or_else(rule)?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        match scheme {
            "sqlite" if Path::new(path).file_name().is_some() => Ok(Place::Sqlite(PathBuf::from(path))),
            "postgres" | "postgresql" => {
                Database::read(text).map(|database| Place::Postgres(Box::new(database)))
            }
            _ => Err(rule()),
        }
    }
}

impl Database {
    fn read(text: &str) -> Result<Database, String> {
        let url = Url::parse(text).map_err(|why| format!("it is no URL: {why}"))?;
        if let Some((key, _)) = url.query_pairs().find(|(key, _)| !is_known(key)) {
            let key: String = key.chars().take(80).collect();
            return Err(format!("there is no parameter `{key}`; there are {}", PARAMETERS.join(", ")));
        }
        let options = PgConnectOptions::from_str(text).map_err(|why| why.to_string())?;
        // Slow statements are no news to whoever looks at a tournament.
        Ok(Database { url: text.to_owned(), options: options.disable_statement_logging() })
    }
}

fn is_known(key: &str) -> bool {
    PARAMETERS.contains(&key) || key.starts_with("options[")
}

impl PartialEq for Database {
    fn eq(&self, other: &Database) -> bool {
        self.url == other.url
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Sqlite(path) => write!(f, "{}", path.display()),
            Place::Postgres(database) => database.fmt(f),
        }
    }
}

/// Without the password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.options;
        let user = options.get_username();
        let database = options.get_database().unwrap_or(user);
        match options.get_socket() {
            Some(socket) => write!(f, "postgres://{user}@/{database}?host={}", socket.display()),
            None => write!(f, "postgres://{user}@{}:{}/{database}", options.get_host(), options.get_port()),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text with a placeholder for each password that a URL in it has, whether the URL is a good one
/// or not.
pub fn without_passwords(text: &str) -> String {
    text.split_inclusive(char::is_whitespace).map(|word| hide_in_parameter(&hide_in_address(word))).collect()
}

/// `…://USER:SECRET@…`: the last `@` ends it, for a secret may have any character.
fn hide_in_address(word: &str) -> String {
    let Some((before, after)) = word.split_once("://") else { return word.to_owned() };
    let hidden = after.rsplit_once('@').and_then(|(login, place)| {
        let (user, _) = login.split_once(':')?;
        Some(format!("{before}://{user}:{HIDDEN}@{place}"))
    });
    hidden.unwrap_or_else(|| word.to_owned())
}

/// `…?password=SECRET&…`
fn hide_in_parameter(word: &str) -> String {
    const NAME: &str = "password=";
    let Some((before, after)) = word.split_once(NAME).filter(|_| word.contains("://")) else {
        return word.to_owned();
    };
    let end = after.find(['&', '"', '\'']).or_else(|| after.find(char::is_whitespace));
    let rest = end.and_then(|end| after.get(end..)).unwrap_or_default();
    format!("{before}{NAME}{HIDDEN}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_shows_everything_but_its_password() {
        for (text, shown) in [
            ("sqlite:results.sqlite", "results.sqlite"),
            ("sqlite:///var/lib/a.sqlite", "/var/lib/a.sqlite"),
            ("postgres://me:pa%40ss@db.example/arena", "postgres://me@db.example:5432/arena"),
            ("postgresql://me:s@db:5433/arena?sslmode=require", "postgres://me@db:5433/arena"),
            ("postgres:///arena?user=me&host=/run/pg&password=pass", "postgres://me@/arena?host=/run/pg"),
        ] {
            let place = Place::read(text).unwrap();
            assert_eq!(place.to_string(), shown, "{text}");
            assert!(!format!("{place:?}").contains("pass"), "{place:?}");
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_the_rule() {
        for (text, part) in [
            ("", "it must be sqlite:FILE or postgres://"),
            ("sqlite:", "it must be"),
            ("mysql://h/d", "it must be"),
            ("postgres://me:pw@h:port/d", "it is no URL"),
            ("postgres://me:pw@h/d?sslmode=maybe", "maybe"),
            ("postgres://me:pw@h/d?connect_timeut=1", "no parameter `connect_timeut`; there are"),
        ] {
            let refused = Place::read(text).unwrap_err();
            assert!(refused.contains(part) && !refused.contains("pw"), "{text}: {refused}");
        }
    }

    #[test]
    fn passwords_are_hidden_wherever_they_stand() {
        for (text, hidden) in [
            ("nothing to hide@all:1", "nothing to hide@all:1"),
            ("http://h:80/a", "http://h:80/a"),
            ("postgres://u:p@h/d", "postgres://u:PASSWORD@h/d"),
            ("--store=postgres://u:p/@:w@h/d x", "--store=postgres://u:PASSWORD@h/d x"),
            ("postgres://h/d?password=p&sslmode=require", "postgres://h/d?password=PASSWORD&sslmode=require"),
            ("store = \"postgres://u:p@h/d\"\n^ here", "store = \"postgres://u:PASSWORD@h/d\"\n^ here"),
        ] {
            assert_eq!(without_passwords(text), hidden);
        }
    }
}
