//! A bot that fails takes part and forfeits, with the reason in the standings; it never stops a
//! tournament, and it never makes a match void.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use arena_tests::{Bot, Run, Tournament, write_bots};

const GOOD: &[u8] = b"def bot_main(input_data):\n    return []\n";

/// Every bot with what must become of it.
const BOTS: &[Bot] = &[
    Bot { file: "good.py", source: GOOD, fault: None, says: "" },
    Bot { file: "good too.py", source: GOOD, fault: None, says: "" },
    // Sources that are read, whatever editor they come from.
    Bot { file: "bom.py", source: b"\xef\xbb\xbfdef bot_main(d):\n    return []\n", fault: None, says: "" },
    Bot { file: "crlf.py", source: b"def bot_main(d):\r\n    return []\r\n", fault: None, says: "" },
    Bot {
        file: "cookie.py",
        source:
            b"# -*- coding: latin-1 -*-\nx = '\xe9'\nassert len(x) == 1\ndef bot_main(d):\n    return []\n",
        fault: None,
        says: "",
    },
    Bot { file: "-dash.py", source: GOOD, fault: None, says: "" },
    Bot { file: "\u{661f}\u{8239} \u{e9}.py", source: GOOD, fault: None, says: "" },
    Bot {
        file: "older_form.py",
        source: b"from spacecode import *\ndef bot_main(d):\n    return [FORWARD]\n\
                  def main():\n    return bot_main(get_input_data())\n",
        fault: None,
        says: "",
    },
    Bot {
        file: "folder/bot.py",
        source: b"from helper import ACTIONS\ndef bot_main(d):\n    return ACTIONS\n",
        fault: None,
        says: "",
    },
    Bot { file: "folder/helper.py", source: b"ACTIONS = ['LEFT']\n", fault: None, says: "" },
    // Sources that do not load.
    Bot { file: "empty.py", source: b"", fault: Some("load_error"), says: "bot_main" },
    Bot {
        file: "not_utf8.py",
        source: b"x = '\xff\xfe'\ndef bot_main(d):\n    return []\n",
        fault: Some("load_error"),
        says: "utf-8",
    },
    Bot { file: "nul.py", source: b"x = 1\0\n", fault: Some("load_error"), says: "null bytes" },
    Bot { file: "bad_cookie.py", source: b"# coding: klingon\n", fault: Some("load_error"), says: "klingon" },
    Bot {
        file: "syntax.py",
        source: b"def bot_main(d):\n    return [\n",
        fault: Some("load_error"),
        says: "line 2",
    },
    Bot {
        file: "import_error.py",
        source: b"import numpy\ndef bot_main(d):\n    return []\n",
        fault: Some("load_error"),
        says: "numpy",
    },
    Bot { file: "raises.py", source: b"x = 1\n1 / 0\n", fault: Some("load_error"), says: "line 2" },
    Bot {
        file: "no_entry.py",
        source: b"def main_bot(d):\n    return []\n",
        fault: Some("load_error"),
        says: "bot_main",
    },
    Bot { file: "not_callable.py", source: b"bot_main = 3\n", fault: Some("load_error"), says: "bot_main" },
    Bot {
        file: "no_arguments.py",
        source: b"def bot_main():\n    return []\n",
        fault: Some("load_error"),
        says: "bot_main",
    },
    Bot {
        file: "three_arguments.py",
        source: b"def bot_main(a, b, c):\n    return []\n",
        fault: Some("load_error"),
        says: "bot_main",
    },
    Bot {
        file: "load_loop.py",
        source: b"while True:\n    pass\n",
        fault: Some("out_of_fuel"),
        says: "fuel",
    },
    // Bots that fail while they play.
    Bot {
        file: "exception.py",
        source: b"def bot_main(d):\n    return d['nothing']\n",
        fault: Some("exception"),
        says: "line 2",
    },
    Bot {
        file: "dance.py",
        source: b"def bot_main(d):\n    return ['DANCE']\n",
        fault: Some("bad_reply"),
        says: "DANCE",
    },
    Bot { file: "none.py", source: b"def bot_main(d):\n    pass\n", fault: Some("bad_reply"), says: "None" },
    Bot {
        file: "loop.py",
        source: b"def bot_main(d):\n    while True:\n        pass\n",
        fault: Some("out_of_fuel"),
        says: "fuel",
    },
    Bot {
        file: "memory.py",
        source: b"def bot_main(d):\n    return [bytearray(1 << 30)]\n",
        fault: Some("out_of_memory"),
        says: "memory",
    },
    Bot {
        file: "exit.py",
        source: b"import sys\ndef bot_main(d):\n    sys.exit(3)\n",
        fault: Some("exited"),
        says: "3",
    },
    Bot {
        file: "hard_exit.py",
        source: b"import os\ndef bot_main(d):\n    os._exit(0)\n",
        fault: Some("exited"),
        says: "reporting success",
    },
    Bot {
        file: "socket_user.py",
        source: b"def bot_main(d):\n    import socket\n    socket.create_connection(('127.0.0.1', 80))\n",
        fault: Some("exception"),
        says: "no network",
    },
    Bot {
        file: "file_reader.py",
        source: b"def bot_main(d):\n    return [open('/etc/passwd').read()]\n",
        fault: Some("exception"),
        says: "FileNotFoundError",
    },
];

/// Rows that are only a part of another bot.
const PARTS: [&str; 1] = ["folder/helper.py"];

fn play() -> Run {
    let bots = tempfile::tempdir().unwrap();
    write_bots(bots.path(), BOTS);
    Tournament::of(bots.path()).with(&["--ticks", "12"]).run().expect_code(0)
}

fn name_of(bot: &Bot) -> &str {
    bot.file.strip_suffix("/bot.py").unwrap_or(bot.name())
}

#[test]
fn every_bot_ends_as_the_table_says_and_nothing_is_void() {
    let run = play();
    assert_eq!(run.json["tournament"]["void"], 0, "{}", run.stdout);
    let contestants = BOTS.iter().filter(|bot| !PARTS.contains(&bot.file));
    for bot in contestants {
        let name = name_of(bot);
        let mut own_faults = 0;
        for (played, seat) in run.matches_of(name) {
            let faults = played["faults"].as_array().unwrap();
            let own: Vec<_> = faults.iter().filter(|fault| fault["seat"] == seat).collect();
            own_faults += own.len();
            for fault in &own {
                assert_eq!(fault["kind"].as_str(), bot.fault, "{name}: {fault}");
            }
            // Those between the first and the last are listed in short.
            for fault in own.first().into_iter().chain(own.last()) {
                assert!(fault.to_string().contains(bot.says), "{name} does not say {:?}: {fault}", bot.says);
            }
        }
        let forfeits = run.bot(name)["forfeits"].as_u64();
        assert_eq!(forfeits == Some(0), bot.fault.is_none(), "{name} has {forfeits:?} forfeits");
        assert_eq!(own_faults == 0, bot.fault.is_none(), "{name} has {own_faults} faults");
        if let Some(kind) = bot.fault {
            let is_told = |line: &str| line.contains(name) && line.contains(kind);
            assert!(run.stdout.lines().any(is_told), "{name}: {kind} is not told:\n{}", run.stdout);
        }
    }
}

#[test]
fn a_traceback_shows_the_bots_own_lines_and_nothing_of_ours() {
    let run = play();
    let faults = run.matches_of("exception").flat_map(|(m, _)| m["faults"].as_array().unwrap().clone());
    let traceback =
        faults.filter_map(|fault| fault["traceback"].as_str().map(str::to_owned)).next().unwrap_or_default();
    assert!(traceback.contains("File \"bot.py\", line 2, in bot_main"), "{traceback}");
    assert!(traceback.contains("return d['nothing']"), "{traceback}");
    assert_eq!(traceback.matches("File ").count(), 1, "{traceback}");
}
