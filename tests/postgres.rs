//! A tournament whose results are in PostgreSQL is like any other: played, gone on with, looked at,
//! checked and moved by the same commands.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use arena_tests::{Postgres, Tournament, bin, bin_folder, example_bots, first_difference};
use rcgen::{CertificateParams, KeyPair};

/// The server of all tests here, each with a database of its own.
fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::start)
}

fn short() -> Tournament {
    Tournament::of(example_bots()).with(&["--ticks", "40"])
}

/// A command of the coordinator that is no tournament: its exit code, and what it said.
fn coordinator(arguments: &[&str], data: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(bin("coordinator"));
    command.args(arguments).arg("--data-dir").arg(data).current_dir(data.parent().unwrap());
    let output = command.env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache")).output().unwrap();
    let Output { status, stdout, stderr } = output;
    let said = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    assert!(!said.contains("secret"), "{said}");
    (status.code(), said)
}

#[test]
fn every_command_finds_what_is_in_a_database() {
    let url = server().database("here");
    let tournament = short().with(&["--store", &url]);
    let run = tournament.run().expect_code(0);
    let in_a_file = short().run().expect_code(0);
    assert_eq!(first_difference(&in_a_file.lasting(), &run.lasting()), None);
    let data = tournament.data_folder();
    assert!(!data.join("arena.sqlite").exists(), "results are in the database only");

    let again = tournament.run().expect_code(0);
    assert_eq!(again.json["tournament"]["cached"], 56);
    let id = run.matches()[3]["id"].as_str().unwrap();
    let store = ["--store", &url];
    let (code, said) = coordinator(&["replay", &id[..12], "--store", &url], &data);
    assert!(code == Some(0) && said.contains("equal: digest"), "{said}");
    let (code, said) = coordinator(&["transcript", &id[..12], "--store", &url], &data);
    assert!(code == Some(0) && said.contains("\"tick\":39"), "{said}");
    let (code, said) = coordinator(&["replay", "ffffffffffff", "--store", &url], &data);
    assert!(code == Some(2) && said.contains("/here has no match whose id begins with ffff"), "{said}");
    let (code, said) = coordinator(&[&["verify", "--sample", "10%"][..], &store].concat(), &data);
    assert!(code == Some(0) && said.contains("equal"), "{said}");

    // From one database to another, by way of a file.
    let file = data.join("arena.zip");
    let (code, said) = coordinator(&["export", file.to_str().unwrap(), "--store", &url], &data);
    assert!(code == Some(0) && said.contains("56 results and 56 transcripts"), "{said}");
    let elsewhere = server().database("elsewhere");
    let there = short().with(&["--store", &elsewhere]);
    for (new, known) in [(56, 0), (0, 56)] {
        let arguments = ["import", file.to_str().unwrap(), "--store", &elsewhere];
        let (code, said) = coordinator(&arguments, &there.data_folder());
        let expected = format!("{new} results taken in, {known} were there already");
        assert!(code == Some(0) && said.contains(&expected), "{said}");
    }
    let moved = there.run().expect_code(0);
    assert!(moved.stderr.contains("nothing is left to play"), "{}", moved.stderr);
    assert_eq!(first_difference(&run.lasting(), &moved.lasting()), None);
}

#[test]
fn what_keeps_it_from_its_database_is_said_without_the_password() {
    let url = server().database("mine");
    let wrong = url.replace("arena:", "arena:wrong-");
    let nowhere = url.replace("/mine", "/nowhere");
    for (store, code, part) in [
        (wrong.as_str(), 2, "does not let us in (password authentication failed for user \"arena\")"),
        (&nowhere, 2, "database \"nowhere\" does not exist"),
        ("postgres://arena:secret@127.0.0.1:1/x", 1, "cannot be reached (Connection refused"),
        ("postgres://arena:secret@127.0.0.1:port/x", 2, "it is no URL"),
    ] {
        let run = short().with(&["--store", store]).run().expect_code(code);
        assert!(run.stderr.contains(part), "{}", run.stderr);
        assert!(!run.stderr.contains("secret"), "{}", run.stderr);
    }
    let data = short().data_folder();
    std::fs::create_dir_all(data.parent().unwrap()).unwrap();
    let (code, said) = coordinator(&["export", "x.zip", "--store", &url], &data);
    assert!(
        code == Some(2) && said.contains("there is nothing recorded in store postgres://arena@"),
        "{said}"
    );
}

#[test]
fn tls_is_spoken_and_the_server_is_asked_who_it_is() {
    let server = Postgres::start();
    let url = server.database("arena");
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let pem = certificate.pem();
    server.put("server.crt", &pem);
    server.put("server.key", &key.serialize_pem());
    for (name, value) in [("ssl_cert_file", "server.crt"), ("ssl_key_file", "server.key")] {
        let path = server.folder().join(value);
        server.sql("postgres", &format!("ALTER SYSTEM SET {name} = '{}'", path.display()));
    }
    server.sql("postgres", "ALTER SYSTEM SET ssl = on");
    server.sql("postgres", "SELECT pg_reload_conf()");
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (folder.path().join("ours.pem"), folder.path().join("other.pem"));
    std::fs::write(&ours, &pem).unwrap();
    let stranger = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&other, stranger.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()).unwrap();

    let data = folder.path().join("data");
    let by_name = url.replace("127.0.0.1", "localhost");
    let reached = "there is nothing recorded in store";
    let verified =
        |url: &str, root: &Path| format!("{url}?sslmode=verify-full&sslrootcert={}", root.display());
    for (url, expected) in [
        (format!("{by_name}?sslmode=require"), reached),
        (verified(&by_name, &ours), reached),
        (verified(&by_name, &other), "cannot be reached (invalid peer certificate"),
        // The certificate has no address.
        (verified(&url, &ours), "cannot be reached (invalid peer certificate"),
    ] {
        let (_, said) = coordinator(&["export", "x.zip", "--store", &url], &data);
        assert!(said.contains(expected), "{url}: {said}");
    }
}
