//! Bad input, each with what its message must say; and who wins over whom.

use std::path::Path;

use clap::{CommandFactory, Parser};
use terms::limits::ROWS;
use terms::{Limits, Share};

use super::file::parse;
use super::resolve::merge;
use super::*;

/// Resolves those flags and that file, without looking at the environment's files.
fn config(flags: &[&str], file: &str) -> Result<Config, String> {
    let flags = Flags::try_parse_from([&["coordinator", "--bots", "bots"], flags].concat())
        .map_err(|error| error.to_string())?;
    let file = parse(file, Path::new("arena.toml")).map_err(|error| error.to_string())?;
    match merge(flags, file).map_err(|error| error.to_string())? {
        Order::Play(config) => Ok(*config),
        other => Err(format!("not a tournament: {other:?}")),
    }
}

#[test]
fn the_command_line_is_consistent() {
    Flags::command().debug_assert();
}

#[test]
fn nothing_but_bots_is_needed() {
    let config = config(&[], "").unwrap();
    assert_eq!(config.rounds, 1);
    assert_eq!(config.seed, SeedChoice::Given(Seed(1)));
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.policy, Policy::open());
    assert_eq!(config.audit_per_million, 10_000);
    assert_eq!(config.site.data_dir, Path::new("arena-data"));
    assert_eq!(config.site.listen.to_string(), "127.0.0.1:0");
    assert_eq!(config.site.local_workers, 1);
    assert_eq!(config.site.json, None);
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let file = "rounds = 5\nseed = \"random\"\n[limits]\nturn_fuel = \"10M\"\nticks = 50\n";
    let config = config(&["--rounds", "7", "--ticks", "60"], file).unwrap();
    assert_eq!(config.rounds, 7);
    assert_eq!(config.seed, SeedChoice::Random);
    assert_eq!(config.limits, Limits { turn_fuel: 10_000_000, ticks: 60, ..Limits::default() });
}

#[test]
fn audits_are_a_share_in_percent() {
    assert_eq!(config(&[], "audit = 2").unwrap().audit_per_million, 20_000);
    assert_eq!(config(&[], "audit = 0.5").unwrap().audit_per_million, 5_000);
    assert_eq!(config(&[], "audit = \"100%\"").unwrap().audit_per_million, 1_000_000);
    assert_eq!(config(&["--audit", "0%"], "audit = 2").unwrap().audit_per_million, 0);
}

#[test]
fn nothing_is_traced_unless_somebody_names_a_collector() {
    let tracing = |flags: &[&str], file: &str| config(flags, file).map(|config| config.site.tracing);
    assert_eq!(tracing(&[], ""), Ok(Tracing { collector: None, share: Share::PERCENT }));
    let file = "otlp = \"http://file:4317\"\ntrace_sample = 0.5\n";
    let of_file = tracing(&[], file).unwrap();
    assert_eq!(of_file.collector.unwrap().as_str(), "http://file:4317");
    assert_eq!(of_file.share.to_string(), "0.5%");
    let of_flags = tracing(&["--otlp", "https://flag:443/", "--trace-sample", "100%"], file).unwrap();
    assert_eq!(of_flags.collector.unwrap().as_str(), "https://flag:443");
    assert_eq!(of_flags.share, Share::ALL);
    let refused = tracing(&["--otlp", "http://me:hunter2@host:4317"], "").unwrap_err();
    assert!(refused.contains("--otlp is \"…@host:4317\"") && !refused.contains("hunter2"), "{refused}");
    assert!(tracing(&[], "trace_sample = 101").unwrap_err().contains("--trace-sample is \"101\""));
}

#[test]
fn a_list_in_the_file_gives_way_to_the_flag() {
    let file = "policy = \"strict\"\nallow_imports = [\"heapq\", \"enum\"]\nblock_imports = \"os, sys\"\n";
    let config = config(&["--allow-imports", "bisect"], file).unwrap();
    let allowed = config.policy.allowed_imports.unwrap();
    assert!(allowed.contains("bisect") && allowed.contains("math") && !allowed.contains("heapq"));
    assert_eq!(config.policy.blocked_imports.into_iter().collect::<Vec<_>>(), ["os", "sys"]);
}

#[test]
fn every_limit_is_a_flag_and_a_key() {
    for row in &ROWS {
        let value = row.min + 1;
        let flag = format!("--{}", row.name.replace('_', "-"));
        let by_flag = config(&[&flag, &value.to_string()], "").unwrap();
        let by_key = config(&[], &format!("[limits]\n{} = {value}\n", row.name)).unwrap();
        assert_eq!((row.get)(&by_flag.limits), value, "{flag}");
        assert_eq!((row.get)(&by_key.limits), value, "{}", row.name);
    }
}

#[test]
fn where_it_works_may_be_said_before_or_after_what_it_does_but_not_what_it_plays() {
    let read = |words: &[&str]| {
        let flags =
            Flags::read(words.iter().map(std::ffi::OsString::from)).map_err(|error| error.to_string())?;
        merge(flags, super::file::RawFile::default()).map_err(|error| error.to_string())
    };
    let before = read(&["coordinator", "--data-dir", "d", "replay", "abcd"]).unwrap();
    let after = read(&["coordinator", "replay", "abcd", "--data-dir", "d"]).unwrap();
    assert_eq!(before, after);
    assert_eq!(before.site().data_dir, Path::new("d"));
    for flag in [["--bots", "b"], ["--rounds", "3"], ["--ticks", "5"], ["--policy", "strict"]] {
        let refused = read(&[&["coordinator"][..], &flag, &["verify"]].concat()).unwrap_err();
        assert!(refused.contains(flag[0]) && refused.contains("`verify`"), "{refused}");
    }
}

#[test]
fn every_option_has_an_environment_variable() {
    for option in Flags::command().get_arguments() {
        let id = option.get_id().as_str();
        if ["help", "version"].contains(&id) {
            continue;
        }
        let variable = option.get_env().map(|name| name.to_string_lossy().into_owned());
        assert_eq!(variable, Some(format!("ARENA_{}", id.to_uppercase())));
    }
}

#[test]
fn wrong_flags_name_themselves_their_value_and_the_rule() {
    for (flags, parts) in [
        (&["--rounds", "0"][..], &["--rounds", "\"0\"", "1 to 1000000"][..]),
        (&["--rounds", "many"], &["--rounds", "\"many\"", "1 to 1000000"]),
        (&["--rounds=-1"], &["--rounds", "\"-1\""]),
        (&["--seed", "x"], &["--seed", "\"x\"", "`random`"]),
        (&["--seed", "18446744073709551615"], &["--seed", "9223372036854775807"]),
        (&["--game", "chess"], &["--game", "chess", "spacecode"]),
        (&["--bots", "ftp://x"], &["--bots", "directory", "s3://BUCKET/PREFIX"]),
        (&["--bots", "s3://me:secret@[bad"], &["--bots", "no URL"]),
        (&["--transcripts", "http://x"], &["--transcripts", "directory", "s3://BUCKET/PREFIX"]),
        (&["--bots", ""], &["--bots DIR"]),
        (&["--store", "postgress://me:secret@db/x"], &["--store", "postgres://USER", "sqlite:FILE"]),
        (&["--store", "postgres://me:secret@db/x?sslmood=on"], &["--store", "no parameter `sslmood`"]),
        (&["--store", "arena.db"], &["--store", "sqlite:FILE"]),
        (&["--store", "sqlite:"], &["--store", "sqlite:FILE"]),
        (&["--listen", "7070"], &["--listen", "127.0.0.1:7070"]),
        (
            &["--listen", "0.0.0.0:0"],
            &[
                "0.0.0.0:0",
                "--insecure",
                "neither a certificate",
                "nor a join token",
                "openssl",
                "/dev/urandom",
            ],
        ),
        (
            &["--listen", "0.0.0.0:0", "--join-token", "secret-and-long-enough"],
            &["there is no certificate (--tls-cert, --tls-key)", "openssl"],
        ),
        (&["--join-token", "secret"], &["the join token has 6 bytes", "at least 16"]),
        (&["--join-token", "secret secret secret"], &["letters, digits"]),
        (&["--join-token-file", "/nowhere/token"], &["/nowhere/token cannot be read"]),
        (&["--join-token-file", "f", "--join-token", "x"], &["two join tokens"]),
        (&["--tls-cert", "a.pem"], &["--tls-cert is of no use without --tls-key"]),
        (&["--tls-key", "a.key"], &["--tls-key is of no use without --tls-cert"]),
        (&["--client-ca", "ca.pem"], &["--client-ca is of no use without --tls-cert"]),
        (&["--tls-cert", "/nowhere/a", "--tls-key", "b"], &["--tls-cert", "/nowhere/a cannot be read"]),
        (&["--local-workers", "1000"], &["--local-workers", "0 to 64"]),
        (&["--json", "-", "--csv", "-"], &["--json", "--csv", "standard output"]),
        (&["--memory-bytes", "5"], &["limits.memory_bytes is 5 bytes", "33554432"]),
        (&["--memory-bytes", "lots"], &["--memory-bytes", "lots", "64MiB"]),
        (&["--ticks", "4294967297"], &["limits.ticks is 4294967297", "1000000"]),
        (&["--turnfuel", "5"], &["--turnfuel", "--turn-fuel"]),
        (&["--policy", "lax"], &["--policy", "\"lax\"", "open or strict"]),
        (&["--allow-imports", "os;sys"], &["--allow-imports", "\"os;sys\"", "letters, digits"]),
        (&["--block-imports", "os,1a"], &["--block-imports", "\"1a\""]),
        (&["--block-calls", "os.system"], &["--block-calls", "\"os.system\"", "block its import"]),
        (&["--log-format", "xml"], &["--log-format", "xml", "json"]),
    ] {
        let mut all = vec!["coordinator"];
        if !flags.contains(&"--bots") {
            all.extend(["--bots", "bots"]);
        }
        all.extend(flags);
        let refused = match Flags::try_parse_from(&all) {
            Err(error) => error.to_string(),
            Ok(flags) => merge(flags, super::file::RawFile::default()).unwrap_err().to_string(),
        };
        for part in parts {
            assert!(refused.contains(part), "{flags:?}: {refused:?} does not contain {part:?}");
        }
        assert!(!refused.contains("secret"), "{refused}");
    }
}

#[test]
fn wrong_files_name_the_key_and_what_may_have_been_meant() {
    for (file, parts) in [
        ("round = 3", &["arena.toml", "`round`", "did you mean `rounds`"][..]),
        ("data-dir = \"x\"", &["`data-dir`", "`data_dir`"]),
        ("turn_fuel = 3", &["`turn_fuel`", "`limits.turn_fuel`"]),
        ("[limits]\nturnfuel = 3", &["`limits.turnfuel`", "`limits.turn_fuel`"]),
        ("[limit]\nturn_fuel = 3", &["`limit`", "`limits`"]),
        ("join_token = \"secret\"", &["`join_token`", "did you mean `join_token_file`"]),
        ("xyzzy = 3", &["`xyzzy`", "there are bots, rounds"]),
        ("rounds = \"three\"", &["line 1", "rounds", "three"]),
        ("rounds = -3", &["line 1", "rounds"]),
        ("seed = 1.5", &["line 1", "random"]),
        ("[limits]\nturn_fuel = -5", &["line 2", "turn_fuel"]),
        ("[limits]\nturn_fuel = \"lots\"", &["limits.turn_fuel", "\"lots\"", "50M"]),
        ("[limits]\nticks = 0", &["limits.ticks is 0 ticks", "from 1 to 1000000"]),
        ("rounds = ", &["line 1"]),
        ("policy = 3", &["line 1", "policy"]),
        ("policy = \"lax\"", &["--policy", "\"lax\"", "open or strict"]),
        ("block_imports = [\"o s\"]", &["--block-imports", "\"o s\""]),
        ("block_calls = 3", &["line 1", "[\"os\", \"sys\"]"]),
        ("block_import = \"os\"", &["`block_import`", "`block_imports`"]),
        ("audit = 101", &["--audit", "\"101\"", "0% to 100%"]),
        ("audit = \"lots\"", &["--audit", "\"lots\"", "such as 2%"]),
        ("audit = true", &["line 1", "percentage"]),
        ("rounds = 0", &["--rounds", "\"0\"", "1 to 1000000"]),
        ("bots = 1\nbots = 2", &["bots"]),
    ] {
        let refused = config(&[], file).unwrap_err();
        for part in parts {
            assert!(refused.contains(part), "{file:?}: {refused:?} does not contain {part:?}");
        }
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let flags = Flags::try_parse_from(["coordinator", "--bots", "b", "--config", "/nowhere/arena.toml"]);
    let refused = resolve(flags.unwrap()).unwrap_err().to_string();
    assert!(refused.contains("/nowhere/arena.toml"), "{refused}");
}

#[test]
fn listening_beyond_loopback_needs_tls_and_a_token() {
    let beyond = ["--listen", "0.0.0.0:7070"];
    let token = ["--join-token", "sixteen-letters-"];
    assert!(config(&beyond, "").unwrap_err().contains("neither a certificate"));
    assert!(config(&[beyond, token].concat(), "").unwrap_err().contains("there is no certificate"));
    assert!(config(&[&beyond[..], &["--insecure"]].concat(), "").is_ok());
    assert!(config(&beyond, "insecure = true").is_ok());
    assert!(config(&["--listen", "127.0.0.1:7070"], "").is_ok());
}

#[test]
fn listening_beyond_loopback_starts_no_local_worker_unless_asked() {
    let open = ["--listen", "0.0.0.0:7070", "--insecure"];
    assert_eq!(config(&open, "").unwrap().site.local_workers, 0);
    assert_eq!(config(&[&open[..], &["--local-workers", "2"]].concat(), "").unwrap().site.local_workers, 2);
}
