//! What only a server can do to people: each in a sentence that says what to do, without a password.

use super::home::{server, unused_name};
use super::*;
use crate::config::Place;

fn place(url: &str) -> Place {
    Place::read(url).unwrap()
}

/// Why a database cannot be had, as people read it.
async fn refused(url: &str) -> String {
    let error = claim(&place(url), 0).await.unwrap_err();
    let text = format!("{error} {:?}", error);
    assert!(!text.contains("secret"), "{text}");
    error.to_string()
}

#[tokio::test]
async fn whatever_keeps_us_out_is_named_with_what_to_do() {
    let name = unused_name();
    let url = server().database(&name);
    let login = url.split_once("://").unwrap().1.split_once('@').unwrap().0.to_owned();
    let wrong = url.replace(&login, "arena:wrong-secret");
    let text = refused(&wrong).await;
    assert!(text.contains("does not let us in (password authentication failed"), "{text}");
    assert!(text.contains("PGPASSWORD") && text.contains(&format!("/{name}")), "{text}");
    let text = refused(&url.replace(&login, "nobody:secret")).await;
    assert!(text.contains("does not let us in") && text.contains("nobody@"), "{text}");
    let text = refused(&url.replace(&name, "nowhere")).await;
    assert!(text.contains("database \"nowhere\" does not exist") && text.contains("createdb"), "{text}");
    // Nobody listens at the first port.
    let text = refused(&format!("postgres://{login}@127.0.0.1:1/x")).await;
    assert!(text.contains("cannot be reached (Connection refused") && text.contains("127.0.0.1:1"), "{text}");
    let text = refused(&format!("{url}?sslmode=require")).await;
    assert!(text.contains("cannot be reached") && text.contains("sslmode"), "{text}");
    let text = refused(&format!("{url}?options=-csearch_path%3Dnowhere")).await;
    assert!(text.contains("none of the schemas") && text.contains("make the schema"), "{text}");
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_named() {
    let name = unused_name();
    let url = server().database(&name);
    server().sql("postgres", &format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    let text = refused(&url).await;
    assert!(text.contains("cannot be written (cannot execute") && text.contains("takes writes"), "{text}");

    // A database of somebody else, in which we may not make tables.
    let name = unused_name();
    server().sql("postgres", &format!("CREATE DATABASE {name}"));
    let text = refused(&server().url(&name)).await;
    assert!(text.contains("permission denied for schema public") && text.contains("grant"), "{text}");
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_text_is_refused() {
    let name = unused_name();
    let make = format!("CREATE DATABASE {name} OWNER arena TEMPLATE template0 ENCODING 'LATIN1'");
    server().sql("postgres", &make);
    let text = refused(&server().url(&name)).await;
    assert!(text.contains("as LATIN1") && text.contains("--encoding=UTF8"), "{text}");
}

#[tokio::test]
async fn a_full_disk_says_so_and_loses_nothing_that_was_recorded() {
    let home = Home::database();
    let store = home.open().await;
    let first = draw("a");
    store.record(setting(), std::slice::from_ref(&first)).await.unwrap();
    // The server's own words, if not its own disk.
    home.run(
        "CREATE FUNCTION no_space() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'could not extend file' \
         USING ERRCODE = 'disk_full'; END $$ LANGUAGE plpgsql; \
         CREATE TRIGGER no_space BEFORE INSERT ON results FOR EACH ROW EXECUTE FUNCTION no_space()",
    )
    .await;
    let refused = store.record(setting(), &[draw("b")]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
    home.run("DROP TRIGGER no_space ON results").await;
    assert_eq!(all(&store).await, [first]);
    assert_eq!(store.record(setting(), &[draw("b")]).await.unwrap(), [Written::New]);
}

#[tokio::test]
async fn there_is_nothing_to_look_at_where_nothing_was_recorded() {
    let home = Home::database();
    let refused = open(&home.place, 0).await.unwrap_err();
    assert!(refused.to_string().contains("nothing recorded in store postgres://arena@"), "{refused}");
    assert_eq!(
        home.read("SELECT CAST(COUNT(*) AS TEXT) FROM pg_tables WHERE schemaname = 'public'").await,
        ["0"]
    );
}

#[tokio::test]
async fn whoever_only_looks_needs_no_right_to_write() {
    let home = Home::database();
    let store = home.open().await;
    store.record(setting(), &[draw("a")]).await.unwrap();
    let Place::Postgres(database) = &home.place else { panic!() };
    let shown = database.to_string();
    let name = shown.rsplit('/').next().unwrap();
    server().sql("postgres", &format!("CREATE ROLE reader_of_{name} LOGIN PASSWORD 'reader-secret'"));
    server().sql(name, &format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_of_{name}"));
    let url = server().url(name);
    let login = url.split_once("://").unwrap().1.split_once('@').unwrap().0;
    let url = url.replace(login, &format!("reader_of_{name}:reader-secret"));
    let reader = open(&place(&url), 0).await.unwrap();
    assert_eq!(all(&reader).await, all(&store).await);
}

#[tokio::test]
async fn durable_means_durable_whatever_the_server_thinks() {
    let home = Home::database();
    let Place::Postgres(database) = &home.place else { panic!() };
    let shown = database.to_string();
    let name = shown.rsplit('/').next().unwrap();
    server().sql("postgres", &format!("ALTER DATABASE {name} SET synchronous_commit = off"));
    let store = home.open().await;
    home.run("CREATE TABLE seen (value TEXT)").await;
    home.run(
        "CREATE FUNCTION look() RETURNS trigger AS $$ BEGIN \
         INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$ LANGUAGE plpgsql; \
         CREATE TRIGGER look BEFORE INSERT ON results FOR EACH ROW EXECUTE FUNCTION look()",
    )
    .await;
    store.record(setting(), &[draw("a")]).await.unwrap();
    assert_eq!(home.read("SELECT value FROM seen").await, ["on"]);
}

#[tokio::test]
async fn a_database_has_one_coordinator_at_a_time_and_so_has_each_schema() {
    let home = Home::database();
    let store = home.open().await;
    let refused = claim(&home.place, 0).await.unwrap_err();
    let StoreError::Held { holder, .. } = &refused else { panic!("{refused:?}") };
    assert!(holder.contains(&format!("process {}", std::process::id())), "{holder}");
    home.run("CREATE SCHEMA other").await;
    let Place::Postgres(database) = &home.place else { panic!() };
    let shown = database.to_string();
    let url = server().url(shown.rsplit('/').next().unwrap());
    let other = claim(&place(&format!("{url}?options=-csearch_path%3Dother")), 0).await.unwrap();
    other.record(setting(), &[draw("a")]).await.unwrap();
    assert_eq!(all(&store).await, []);
    store.close().await;
    home.open().await;
}
