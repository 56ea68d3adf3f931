//! What an organiser forbids is told to a bot's author by line, and changes nothing for the others.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use arena_tests::{Bot, Run, Tournament, write_bots};
use serde_json::json;

const GOOD: &[u8] = b"def bot_main(input_data):\n    return []\n";

/// Every bot with what must become of it under `--policy strict`.
const UNDER_STRICT: &[Bot] = &[
    Bot { file: "good.py", source: GOOD, fault: None, says: "" },
    Bot {
        file: "every_module.py",
        source: b"import collections, datetime, functools, itertools, json, math, random, re, string, time\n\
                  import collections.abc\n\
                  from spacecode import *\n\
                  def bot_main(d):\n    time.strptime('2020', '%Y'), datetime.datetime.strptime('2020', '%Y')\n    \
                  return [FORWARD] if re.compile('a').match('a') and math.sin(1) else json.loads('1')\n",
        fault: None,
        says: "",
    },
    Bot {
        file: "own_modules/bot.py",
        source: b"import os\nfrom lib.plan import ACTIONS\ndef bot_main(d):\n    return ACTIONS\n",
        fault: None,
        says: "",
    },
    Bot {
        file: "at_home.py",
        source: b"def bot_main(d):\n    return []\nif __name__ == '__main__':\n    import sys\n    print(open(sys.argv[1]))\n",
        fault: None,
        says: "",
    },
    Bot {
        file: "own_names.py",
        source: b"def bot_main(d):\n    open = [1]\n    while open:\n        open.pop()\n    return []\n",
        fault: None,
        says: "",
    },
    Bot {
        file: "imports_os.py",
        source: b"import math\n\nimport os\ndef bot_main(d):\n    return []\n",
        fault: Some("policy"),
        says: "bot.py, line 3: import of os is not allowed by this tournament's policy, which allows collections, ",
    },
    Bot {
        file: "imports_late.py",
        source: b"def bot_main(d):\n    from os import path\n    return []\n",
        fault: Some("policy"),
        says: "bot.py, line 2: import of os is not allowed",
    },
    Bot {
        file: "in_a_part/bot.py",
        source: b"import part\ndef bot_main(d):\n    return []\n",
        fault: Some("policy"),
        says: "part.py, line 2: import of subprocess is not allowed",
    },
    Bot {
        file: "evaluates.py",
        source: b"def bot_main(d):\n    return eval('[]')\n",
        fault: Some("policy"),
        says: "bot.py, line 2: use of eval is not allowed",
    },
    Bot {
        file: "renames_eval.py",
        source: b"e = eval\ndef bot_main(d):\n    return e('[]')\n",
        fault: Some("policy"),
        says: "bot.py, line 1: use of eval is not allowed",
    },
    Bot {
        file: "finds_os.py",
        source: b"import random\ndef bot_main(d):\n    return [random._os.name]\n",
        fault: Some("policy"),
        says: "bot.py, line 3: import of os is not allowed",
    },
    // What the source does not show is noticed in the turn, even if the bot swallows it.
    Bot {
        file: "finds_eval.py",
        source: b"def bot_main(d):\n    try:\n        __builtins__['ev' + 'al']('[]')\n    \
                  finally:\n        return []\n",
        fault: Some("policy"),
        says: "bot.py, line 3: use of eval is not allowed",
    },
    Bot {
        file: "syntax.py",
        source: b"import os\ndef bot_main(d:\n",
        fault: Some("load_error"),
        says: "line 2",
    },
];

/// Parts of the bots that are folders.
const PARTS: &[Bot] = &[
    Bot { file: "own_modules/os.py", source: b"name = 'mine'\n", fault: None, says: "" },
    Bot { file: "own_modules/lib/__init__.py", source: b"from . import plan\n", fault: None, says: "" },
    Bot { file: "own_modules/lib/plan.py", source: b"ACTIONS = ['LEFT']\n", fault: None, says: "" },
    Bot { file: "in_a_part/part.py", source: b"import math\nimport subprocess\n", fault: None, says: "" },
];

fn play(bots: &[Bot], arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    write_bots(folder.path(), bots);
    write_bots(folder.path(), if bots.len() == UNDER_STRICT.len() { PARTS } else { &[] });
    Tournament::of(folder.path()).with(&["--ticks", "5"]).with(arguments).run().expect_code(0)
}

/// The first fault of a bot, as kind and message; nothing if it has none.
fn first_fault(run: &Run, bot: &str) -> Option<(String, String)> {
    let mut faults = run.matches_of(bot).flat_map(|(played, seat)| {
        let faults = played["faults"].as_array().unwrap();
        faults.iter().filter(move |fault| fault["seat"] == seat)
    });
    let text = |field: &serde_json::Value| field.as_str().unwrap_or_default().to_owned();
    faults.next().map(|fault| (text(&fault["kind"]), text(&fault["message"])))
}

#[test]
fn under_strict_every_bot_ends_as_the_table_says() {
    let run = play(UNDER_STRICT, &["--policy", "strict"]);
    assert_eq!(run.json["tournament"]["policy"], json!({"name": "strict"}));
    assert_eq!(run.json["tournament"]["void"], 0, "{}", run.stdout);
    assert!(run.stdout.contains(", policy strict,"), "{}", run.stdout);
    for bot in UNDER_STRICT {
        let name = bot.file.strip_suffix("/bot.py").unwrap_or(bot.name());
        let fault = first_fault(&run, name);
        assert_eq!(fault.as_ref().map(|(kind, _)| kind.as_str()), bot.fault, "{name}: {fault:?}");
        let message = fault.map(|(_, message)| message).unwrap_or_default();
        assert!(message.contains(bot.says), "{name}: {message}");
    }
}

#[test]
fn an_organiser_makes_a_policy_of_lists() {
    let bots = [
        Bot { file: "good.py", source: GOOD, fault: None, says: "" },
        Bot {
            file: "heap.py",
            source: b"import heapq, math\ndef bot_main(d):\n    return []\n",
            fault: None,
            says: "",
        },
        Bot {
            file: "getter.py",
            source: b"def bot_main(d):\n    return getattr(d, 'x', [])\n",
            fault: None,
            says: "",
        },
        Bot {
            file: "late.py",
            source: b"import importlib\ndef bot_main(d):\n    importlib.import_module('he' + 'apq')\n    return []\n",
            fault: None,
            says: "",
        },
    ];
    let message = |run: &Run, bot| first_fault(run, bot).map(|(_, message)| message).unwrap_or_default();

    let more = play(&bots, &["--policy", "strict", "--allow-imports", "heapq", "--block-calls", "getattr"]);
    assert_eq!(first_fault(&more, "heap"), None);
    assert!(message(&more, "getter").starts_with("bot.py, line 2: use of getattr is not allowed"));
    assert!(message(&more, "late").starts_with("bot.py, line 1: import of importlib is not allowed"));

    let fewer = play(&bots, &["--block-imports", "heapq,os"]);
    assert!(message(&fewer, "heap").starts_with(
        "bot.py, line 1: import of heapq is not allowed by this tournament's policy, which blocks heapq, os"
    ));
    assert!(message(&fewer, "late").starts_with("bot.py, line 3: import of heapq is not allowed"));
    assert_eq!((first_fault(&fewer, "good"), first_fault(&fewer, "getter")), (None, None));
    let policy = json!({"name": "custom", "blocked_imports": ["heapq", "os"], "blocked_calls": []});
    assert_eq!(fewer.json["tournament"]["policy"], policy);

    let only = play(&bots, &["--allow-imports", "heapq"]);
    assert!(message(&only, "heap").starts_with("bot.py, line 1: import of math is not allowed"));
}

#[test]
fn a_policy_is_part_of_what_a_match_is_and_the_open_one_costs_nothing() {
    let bots = [
        Bot { file: "a.py", source: GOOD, fault: None, says: "" },
        Bot {
            file: "b.py",
            source: b"import os\ndef bot_main(d):\n    return eval('[]')\n",
            fault: None,
            says: "",
        },
    ];
    let [unsaid, open, strict] =
        [&[][..], &["--policy", "open"], &["--policy", "strict"]].map(|arguments| play(&bots, arguments));
    assert_eq!(unsaid.lasting(), open.lasting());
    assert_eq!(unsaid.json["tournament"]["policy"], json!({"name": "open"}));
    assert!(!unsaid.stdout.contains("policy"), "{}", unsaid.stdout);
    assert_eq!((first_fault(&unsaid, "b"), unsaid.json["tournament"]["forfeits"].as_u64()), (None, Some(0)));
    assert_ne!(unsaid.json["tournament"]["id"], strict.json["tournament"]["id"]);
    for (free, bound) in unsaid.matches().iter().zip(strict.matches()) {
        assert_ne!(free["id"], bound["id"]);
        assert_eq!(bound["outcome"], "forfeit");
    }
}

#[test]
fn a_policy_that_cannot_be_is_refused_before_anything_is_played() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        (["--policy", "lax"], "--policy: there is no policy \"lax\"; use open or strict"),
        (["--block-imports", "o s"], "--block-imports: \"o s\" in the policy is no name"),
        (
            ["--block-calls", "os.system"],
            "--block-calls: \"os.system\" in the policy is no built-in function",
        ),
    ] {
        let run = Tournament::of(folder.path()).with(&arguments).run().expect_code(2);
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
}
