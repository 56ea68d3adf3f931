//! `worker play`: an author tries bots at home, in the sandbox and without it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use arena_tests::{Bot, Tournament, bin, bin_folder, example_bots, write_bot, write_bots};
use serde_json::Value;

/// Bots, and what a match without a sandbox against a bot that does nothing comes to.
const BOTS: [Bot; 12] = [
    Bot { file: "fine.py", source: b"def bot_main(d):\n    return ['FORWARD']\n", fault: None, says: "" },
    Bot {
        file: "prints.py",
        source: b"import os, sys\nos.write(1, b'\\x81 raw noise\\n')\nprint('hello from the file')\n\
                  def bot_main(d):\n    print('tick', d['time_step']); sys.stdout.write('no end')\n    return []\n",
        fault: None,
        says: "",
    },
    Bot {
        file: "naps.py",
        source: b"import time\ndef bot_main(d):\n    time.sleep(0.01)\n    return []\n",
        fault: None,
        says: "",
    },
    Bot { file: "broken.py", source: b"def bot_main(d:\n", fault: Some("load_error"), says: "line 1" },
    Bot { file: "empty.py", source: b"", fault: Some("load_error"), says: "no function bot_main" },
    Bot {
        file: "binary.py",
        source: b"\x7fELF\x00\xff\xfe",
        fault: Some("load_error"),
        says: "SyntaxError",
    },
    Bot {
        file: "raises.py",
        source: b"def bot_main(d):\n    return d['nothing']\n",
        fault: Some("exception"),
        says: "line 2, in bot_main",
    },
    Bot {
        file: "chats.py",
        source: b"def bot_main(d):\n    return 'x' * 70000\n",
        fault: Some("bad_reply"),
        says: "expected a list",
    },
    Bot {
        file: "babbles.py",
        source: b"def bot_main(d):\n    return ['x' * 70000]\n",
        fault: Some("bad_reply"),
        says: "at most 65536 are allowed",
    },
    Bot {
        file: "leaves.py",
        source: b"import os\ndef bot_main(d):\n    os._exit(7)\n",
        fault: Some("exited"),
        says: "with code 7",
    },
    Bot {
        file: "leaves_at_once.py",
        source: b"raise SystemExit\n",
        fault: Some("exited"),
        says: "SystemExit",
    },
    Bot {
        file: "recurses.py",
        source: b"def bot_main(d):\n    return bot_main(d)\n",
        fault: Some("exception"),
        says: "RecursionError",
    },
];

/// Bots that never answer, and where they are shown to be.
const SILENT: [(&str, &[u8], &str); 3] = [
    (
        "loops.py",
        b"def bot_main(d):\n    while True:\n        pass\n",
        "line 2 in bot_main|line 3 in bot_main",
    ),
    ("sleeps.py", b"import time\ndef bot_main(d):\n    time.sleep(1000)\n", "line 3 in bot_main"),
    ("loads_for_ever.py", b"while True:\n    pass\n", "line 1 in <module>|line 2 in <module>"),
];

/// A folder of bots, and the command line that plays two of them.
struct Home(tempfile::TempDir);

/// What came of a command line.
struct Played {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    json: Value,
}

impl Home {
    fn with(bots: &[Bot]) -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        write_bots(home.0.path(), bots);
        write_bot(home.0.path(), "idle.py", b"def bot_main(d):\n    return []\n");
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn play(&self, arguments: &[&str]) -> Played {
        let json = self.path("out.json");
        let _ = std::fs::remove_file(&json);
        let Output { status, stdout, stderr } =
            self.command(arguments).arg("--json").arg(&json).output().unwrap();
        let json = std::fs::read(&json).map_or(Value::Null, |json| serde_json::from_slice(&json).unwrap());
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Played { code: status.code(), stdout: text(stdout), stderr: text(stderr), json }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(bin("worker"));
        command
            .arg("play")
            .args(arguments)
            .current_dir(self.0.path())
            .env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    fn unsandboxed(&self, bot: &str, more: &[&str]) -> Played {
        self.play(&[&["--unsandboxed", bot, "idle.py", "--ticks", "15"], more].concat())
    }
}

impl Played {
    /// Everything that was said of it.
    fn said(&self) -> String {
        format!("{:?}\n{}\n{}\n{}", self.code, self.stdout, self.stderr, self.json)
    }
}

#[test]
fn a_match_at_home_is_the_match_of_the_tournament() {
    let bots = tempfile::tempdir().unwrap();
    for name in ["hunter.py", "gambler.py"] {
        std::fs::copy(example_bots().join(name), bots.path().join(name)).unwrap();
    }
    let run = Tournament::of(bots.path()).with(&["--ticks", "150", "--seed", "5"]).run().expect_code(0);
    let home = Home(bots);
    for wanted in run.matches() {
        let [zero, one] = [0, 1].map(|seat| format!("{}.py", wanted["bots"][seat].as_str().unwrap()));
        let played = home.play(&[&zero, &one, "--limit", "ticks=150", "--seed", &wanted["seed"].to_string()]);
        assert_eq!(played.code, Some(0), "{}", played.said());
        for field in
            ["id", "seed", "bots", "outcome", "scores", "faults", "ticks", "digest", "fuel_digest", "fuel"]
        {
            assert_eq!(played.json[field], wanted[field], "{field}");
        }
        let turns = played.json["turn_fuel"][0].as_array().unwrap();
        let sum: u64 =
            turns.iter().chain([&played.json["load_fuel"][0]]).map(|one| one.as_u64().unwrap()).sum();
        assert_eq!((turns.len() as u64, sum), (150, wanted["fuel"][0].as_u64().unwrap()));
        assert!(played.stdout.contains("turn, median"), "{}", played.said());
    }
}

#[test]
fn in_the_sandbox_faults_and_prints_are_shown() {
    let home = Home::with(&BOTS);
    let played = home.play(&["raises.py", "prints.py", "--ticks", "15"]);
    assert_eq!(played.code, Some(3), "{}", played.said());
    assert!(played.stdout.contains("raises, tick 1: exception: KeyError: 'nothing'"), "{}", played.said());
    assert!(played.stdout.contains("bot.py\", line 2, in bot_main"), "{}", played.said());
    assert!(played.stdout.contains("raises 0 : 1 prints, forfeited by raises"), "{}", played.said());
    assert!(played.stderr.contains("prints| tick 3"), "{}", played.said());
    let same = home.command(&["fine.py", "fine.py", "--ticks", "3", "--json", "-"]).output().unwrap();
    let json: Value = serde_json::from_slice(&same.stdout).unwrap();
    assert_eq!((&json["bots"][1], &json["sandboxed"]), (&"fine (1)".into(), &true.into()));
}

#[test]
fn without_the_sandbox_every_bot_gets_its_fault_and_its_lines() {
    let home = Home::with(&BOTS);
    for bot in &BOTS {
        let played = home.unsandboxed(bot.file, &[]);
        let faults = played.json["faults"].as_array().unwrap();
        assert!(played.stderr.contains("UNSANDBOXED"), "{}", played.said());
        match bot.fault {
            None => assert_eq!((played.code, faults.len()), (Some(0), 0), "{}", played.said()),
            Some(kind) => {
                assert_eq!(played.code, Some(3), "{}: {}", bot.file, played.said());
                assert_eq!(
                    (&faults[0]["kind"], &faults[0]["seat"]),
                    (&kind.into(), &0.into()),
                    "{}",
                    played.said()
                );
                assert!(played.stdout.contains(bot.says), "{}: {}", bot.file, played.said());
            }
        }
        for nothing in ["id", "digest", "fuel", "turn_fuel", "memory_peak_bytes"] {
            assert!(played.json[nothing].is_null(), "{nothing} means nothing without a sandbox");
        }
    }
}

#[test]
fn without_the_sandbox_prints_are_shown_and_disturb_nothing() {
    let home = Home::with(&BOTS);
    let played = home.unsandboxed("prints.py", &[]);
    for part in ["raw noise", "hello from the file", "tick 15", "no end"] {
        assert!(played.stderr.contains(part), "{part}: {}", played.said());
    }
    assert!(!played.stdout.contains("tick 15"), "{}", played.said());
}

#[test]
fn without_the_sandbox_a_bot_that_does_not_answer_is_shown_where_it_is() {
    let home = Home::with(&[]);
    for (file, source, place) in SILENT {
        write_bot(home.0.path(), file, source);
        let short = ["--limit", "turn_wall_ms=300", "--limit", "load_wall_ms=300"];
        let played = home.unsandboxed(file, &short);
        assert_eq!(played.code, Some(1), "{}", played.said());
        assert_eq!(played.json["host_fault"]["kind"], "stalled");
        assert!(played.stdout.contains("wall-clock limit"), "{}", played.said());
        assert!(place.split('|').any(|place| played.stderr.contains(place)), "{file}: {}", played.said());
    }
    let patient = home.unsandboxed("naps.py", &[]);
    assert_eq!(patient.code, Some(2), "it is not there: {}", patient.said());
}

#[test]
fn who_waits_for_a_debugger_waits_beyond_the_wall_clock() {
    let home = Home::with(&[]);
    let slow =
        b"import time\ndef bot_main(d):\n    time.sleep(0.1 if d['time_step'] == 1 else 0)\n    return []\n";
    write_bot(home.0.path(), "slow.py", slow);
    let limit = ["--limit", "turn_wall_ms=10", "--no-wall-clock"];
    assert_eq!(home.unsandboxed("slow.py", &limit[..2]).code, Some(1));
    let played = home.unsandboxed("slow.py", &limit);
    assert_eq!(played.code, Some(0), "{}", played.said());
}

#[test]
fn folders_archives_and_policies_work_as_in_a_tournament() {
    let home = Home::with(&[]);
    let source = b"import os\nimport lib.helper\ndef bot_main(d):\n    return lib.helper.actions()\n";
    write_bot(home.0.path(), "folder/bot.py", source);
    write_bot(home.0.path(), "folder/lib/helper.py", b"def actions():\n    return ['LEFT']\n");
    let packed = Command::new("python3")
        .args(["-c", "import shutil; shutil.make_archive('packed', 'zip', 'folder')"])
        .current_dir(home.0.path())
        .status();
    assert!(packed.unwrap().success());
    for bot in ["folder", "packed.zip"] {
        for more in [&[][..], &["--unsandboxed"]] {
            let run =
                |policy| home.play(&[&[bot, "idle.py", "--ticks", "5", "--policy", policy], more].concat());
            assert_eq!(run("open").code, Some(0), "{}", run("open").said());
            let strict = run("strict");
            assert_eq!(strict.json["faults"][0]["kind"], "policy", "{}", strict.said());
        }
    }
}

#[test]
fn what_makes_no_sense_is_said_and_plays_nothing() {
    let home = Home::with(&BOTS);
    write_bot(home.0.path(), "component.wasm", b"\0asm\x0d\0\x01\0");
    std::fs::create_dir(home.path("nothing")).unwrap();
    let cases: [(&[&str], &str); 14] = [
        (&["fine.py"], "<B>"),
        (&["gone.py", "fine.py"], "there is no bot gone.py"),
        (&["fine.py", "nothing"], "there is no .py or .wasm file"),
        (
            &["fine.py", "fine.py", "--limit", "speed=1"],
            "there is no limit \"speed\"; there are source_bytes,",
        ),
        (&["fine.py", "fine.py", "--limit", "turn_fuel"], "NAME=N"),
        (&["fine.py", "fine.py", "--ticks", "0"], "limits.ticks is 0"),
        (&["fine.py", "fine.py", "--seed=-1"], "--seed"),
        (&["fine.py", "fine.py", "--game", "chess"], "there is no game \"chess\""),
        (&["fine.py", "fine.py", "--policy", "none"], "--policy"),
        (&["fine.py", "fine.py", "--no-wall-clock"], "--unsandboxed"),
        (&["fine.py", "fine.py", "--python-wasm", "gone.wasm"], "gone.wasm cannot be read"),
        (&["fine.py", "fine.py", "--unsandboxed", "--python", "python2.1"], "python2.1 does not start"),
        (&["fine.py", "fine.py", "--unsandboxed", "--python", "/bin/true"], "does not run the harness"),
        (&["fine.py", "component.wasm", "--unsandboxed"], "component is a component"),
    ];
    for (arguments, says) in cases {
        let refused = home.play(arguments);
        assert_eq!(refused.code, Some(2), "{arguments:?}: {}", refused.said());
        assert!(refused.stderr.contains(says), "{arguments:?}: {}", refused.said());
        assert_eq!(refused.json, Value::Null, "nothing was played");
    }
    let bad = home
        .command(&["fine.py", "idle.py", "--unsandboxed", "--json", "no/such/folder.json"])
        .output()
        .unwrap();
    assert_eq!(bad.status.code(), Some(1));
    assert!(String::from_utf8(bad.stderr).unwrap().contains("no/such/folder.json cannot be written"));
}

#[test]
fn who_plays_for_a_coordinator_cannot_leave_the_sandbox() {
    let worker = |arguments: &[&str]| {
        let output =
            Command::new(bin("worker")).args(arguments).env("ARENA_UNSANDBOXED", "1").output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let coordinator = ["--coordinator", "http://127.0.0.1:1"];
    let cases: [(&[&str], &str); 4] = [
        (&["--unsandboxed"], "--unsandboxed"),
        (&["play", "a.py", "b.py", "--unsandboxed"], "--coordinator"),
        (&["--slots", "1", "play", "a.py", "b.py"], "play"),
        (&[], "--coordinator"),
    ];
    for (arguments, says) in cases {
        let flags: Vec<&str> = match arguments {
            [] => Vec::new(),
            ["play", ..] => [arguments, &coordinator].concat(),
            _ => [&coordinator, arguments].concat(),
        };
        let (code, stderr) = worker(&flags);
        assert_eq!(code, Some(2), "{flags:?}: {stderr}");
        assert!(stderr.contains(says), "{flags:?}: {stderr}");
    }
}

#[test]
fn an_environment_made_for_a_coordinators_worker_does_not_disturb() {
    let home = Home::with(&BOTS);
    let arguments = ["--unsandboxed", "fine.py", "idle.py", "--ticks", "3"];
    let output = home.command(&arguments).env("ARENA_COORDINATOR", "http://127.0.0.1:1").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
