//! Every way a bot can end, against the real filter: each row ends in exactly the fault or reply
//! that is expected, and never in a dead or hanging shim.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::fmt::Write;

use pipe::Ended;
use support::{Answer, Zygote};
use terms::FaultKind::{self, *};

/// What is expected of a bot.
enum Expect {
    /// Loading fails like this, with this in its message or traceback.
    Load(FaultKind, &'static str),
    /// It loads, and its first turn fails like this.
    Turn(FaultKind, &'static str),
    /// It loads, and its first reply contains this.
    Reply(&'static str),
}
use Expect::*;

struct Bot {
    name: &'static str,
    source: &'static str,
    expect: Expect,
}

/// Wraps a body of `bot_main`.
macro_rules! turn {
    ($body:literal) => {
        concat!("def bot_main(data):\n", $body, "\n    return []\n")
    };
}

const BOTS: &[Bot] = &[
    Bot { name: "good", source: turn!("    return [1]"), expect: Reply("1") },
    Bot { name: "syntax error", source: "def bot_main(data:\n    pass\n", expect: Load(LoadError, "line 1") },
    Bot { name: "no entry point", source: "x = 1\n", expect: Load(LoadError, "") },
    Bot {
        name: "import of nothing",
        source: "import nothing_like_it\n",
        expect: Load(LoadError, "nothing_like_it"),
    },
    Bot { name: "exception at load", source: "1 / 0\n", expect: Load(LoadError, "ZeroDivisionError") },
    Bot { name: "exception", source: turn!("    {}['x']"), expect: Turn(Exception, "KeyError") },
    Bot {
        name: "loop at load",
        source: "while True: pass\n",
        expect: Load(OutOfFuel, "loading used up its 2000000000 units of fuel"),
    },
    Bot {
        name: "loop",
        source: turn!("    while True: pass"),
        expect: Turn(OutOfFuel, "the turn used up its 50000000 units of fuel"),
    },
    Bot {
        name: "loop that catches",
        source: turn!(
            "    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
        ),
        expect: Turn(OutOfFuel, ""),
    },
    Bot {
        name: "memory, slowly",
        source: "keep = []\nwhile True: keep.append(bytearray(1 << 20))\n",
        expect: Load(OutOfMemory, ""),
    },
    Bot {
        name: "memory, more than an address can say",
        source: turn!("    (10 ** 9) * [0]"),
        expect: Turn(Exception, "MemoryError"),
    },
    Bot {
        name: "memory, at once",
        source: turn!("    (10 ** 8) * [0]"),
        expect: Turn(OutOfMemory, "MemoryError"),
    },
    Bot {
        name: "memory, caught",
        source: turn!("    try: bytearray(1 << 30)\n    except MemoryError: return [7]"),
        expect: Reply("7"),
    },
    Bot { name: "memory at load", source: "x = bytearray(1 << 30)\n", expect: Load(OutOfMemory, "") },
    Bot {
        name: "memory error of its own",
        source: turn!("    raise MemoryError('mine')"),
        expect: Turn(Exception, "mine"),
    },
    Bot {
        name: "recursion",
        source: "def f(): return f()\ndef bot_main(data): return f()\n",
        expect: Turn(Exception, "RecursionError"),
    },
    Bot {
        name: "recursion without a limit",
        source: "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(): return f()\nf()\n",
        expect: Load(StackOverflow, "too many calls"),
    },
    Bot {
        name: "recursion in C",
        source: "import sys\nsys.setrecursionlimit(10 ** 9)\nclass A:\n    def __repr__(self): return repr([self])\ndef bot_main(data): return repr(A())\n",
        expect: Turn(StackOverflow, ""),
    },
    Bot { name: "sys.exit", source: turn!("    import sys; sys.exit(3)"), expect: Turn(Exited, "3") },
    Bot {
        name: "os._exit",
        source: turn!("    import os; os._exit(0)"),
        expect: Turn(Exited, "reporting success"),
    },
    Bot {
        name: "os._exit at load",
        source: "import os; os._exit(5)\n",
        expect: Load(Exited, "reporting failure"),
    },
    Bot { name: "os.abort", source: turn!("    import os; os.abort()"), expect: Turn(Trap, "") },
    Bot {
        name: "print flood",
        source: turn!("    while True: print('x' * 1000)"),
        expect: Turn(OutOfFuel, ""),
    },
    Bot {
        name: "stderr flood",
        source: turn!("    import sys\n    while True: sys.stderr.write('x' * 100000)"),
        expect: Turn(OutOfFuel, ""),
    },
    Bot {
        name: "write flood",
        source: turn!("    import os\n    while True: os.write(1, b'x' * 60000)"),
        expect: Turn(OutOfFuel, ""),
    },
    Bot {
        name: "reply flood",
        source: turn!("    return ['x' * 1000] * 100"),
        expect: Turn(BadReply, "65536"),
    },
    Bot { name: "huge reply", source: turn!("    return ['x' * 1100000]"), expect: Turn(OutOfFuel, "") },
    Bot { name: "no json", source: turn!("    return {1, 2}"), expect: Turn(BadReply, "") },
    Bot {
        name: "socket",
        source: turn!("    import socket; socket.socket()"),
        expect: Turn(Exception, "No module named"),
    },
    Bot {
        name: "socket, from below",
        source: turn!("    import _socket; _socket.socket()"),
        expect: Turn(Exception, "Error"),
    },
    Bot {
        name: "name lookup",
        source: turn!("    import _socket; _socket.getaddrinfo('example.org', 80)"),
        expect: Turn(Exception, "Error"),
    },
    Bot {
        name: "open",
        source: turn!("    open('/etc/passwd')"),
        expect: Turn(Exception, "FileNotFoundError"),
    },
    Bot {
        name: "open for writing",
        source: turn!("    open('/tmp/x', 'w')"),
        expect: Turn(Exception, "Error"),
    },
    Bot {
        name: "listdir",
        source: turn!("    import os; os.listdir('/')"),
        expect: Turn(Exception, "Error"),
    },
    Bot { name: "mkdir", source: turn!("    import os; os.mkdir('x')"), expect: Turn(Exception, "Error") },
    Bot { name: "fork", source: turn!("    import os; os.fork()"), expect: Turn(Exception, "fork") },
    Bot {
        name: "subprocess",
        source: turn!("    import subprocess; subprocess.run(['ls'])"),
        expect: Turn(Exception, "No module named"),
    },
    Bot {
        name: "system",
        source: turn!("    import posix; posix.system('ls')"),
        expect: Turn(Exception, ""),
    },
    Bot {
        name: "thread",
        source: turn!("    import threading; threading.Thread(target=print).start()"),
        expect: Turn(Exception, "thread"),
    },
    Bot {
        name: "signal",
        source: turn!("    import signal, os; os.kill(1, 9)"),
        expect: Turn(Exception, ""),
    },
    Bot {
        name: "ctypes",
        source: turn!("    import ctypes; ctypes.string_at(0)"),
        expect: Turn(Exception, "No module named"),
    },
    Bot { name: "input", source: turn!("    input()"), expect: Turn(Exception, "") },
    Bot {
        name: "arguments and environment",
        source: turn!("    import sys, os; return [len(os.environ)]"),
        expect: Reply(""),
    },
    Bot {
        name: "sleep",
        source: turn!(
            "    import time; a = time.monotonic(); time.sleep(1000); return [round(time.monotonic() - a)]"
        ),
        expect: Reply("1000"),
    },
    Bot {
        name: "sleep for ever",
        source: turn!("    import time\n    while True: time.sleep(0.001)"),
        expect: Turn(OutOfFuel, ""),
    },
    Bot {
        name: "sleep to the end of time",
        source: turn!("    import time\n    while True: time.sleep(1e9)"),
        expect: Turn(Exception, "OverflowError"),
    },
    Bot {
        name: "the clock",
        source: turn!(
            "    import time\n    t = [time.monotonic_ns() for _ in range(100)]\n    assert all(a < b for a, b in zip(t, t[1:]))\n    w = [time.time() for _ in range(100)]\n    assert w == sorted(w) and w[0] < w[-1]\n    return [time.gmtime(w[0]).tm_year]"
        ),
        expect: Reply("2000"),
    },
    Bot {
        name: "select",
        source: turn!("    import select; return [len(select.select([], [1], [], 1)[1])]"),
        expect: Reply("1"),
    },
    Bot {
        name: "select on nothing",
        source: turn!("    import select; select.select([], [], [], 5)"),
        expect: Reply(""),
    },
    Bot {
        name: "poll",
        source: turn!("    import select; p = select.poll(); p.register(1); return [len(p.poll(1000))]"),
        expect: Turn(Exception, "Not supported"),
    },
    Bot {
        name: "descriptors",
        source: turn!(
            "    import os\n    for call in (lambda: os.read(0, 10), lambda: os.dup(1), lambda: os.pipe(), lambda: os.fstat(1), lambda: os.isatty(1), lambda: os.lseek(1, 0, 0), lambda: os.ftruncate(1, 0), lambda: os.stat('/'), lambda: os.getcwd(), lambda: os.get_terminal_size(), lambda: os.getpid(), lambda: os.uname(), lambda: os.times(), lambda: os.urandom(10), lambda: os.truncate('x', 1), lambda: os.symlink('a', 'b'), lambda: os.rename('a', 'b'), lambda: os.utime('a'), lambda: os.unlink('a'), lambda: os.scandir('.'), lambda: os.chdir('/')):\n        try: call()\n        except (OSError, AttributeError): pass\n    print('still here')"
        ),
        expect: Reply("[]"),
    },
    Bot {
        name: "closing the log",
        source: turn!("    import os; os.close(1); print('x', flush=True)"),
        expect: Turn(Exception, "Bad file descriptor"),
    },
    Bot {
        name: "the terminal",
        source: turn!("    import sys; return [sys.stdin.read(), sys.stdout.isatty()]"),
        expect: Reply("[\"\",false]"),
    },
    Bot {
        name: "parentheses",
        source: "def bot_main(data):\n    return eval('(' * 100000 + ')' * 100000)\n",
        expect: Turn(Exception, ""),
    },
    Bot {
        name: "nested lists in json",
        source: turn!("    import json; json.loads('[' * 100000)"),
        expect: Turn(StackOverflow, ""),
    },
    Bot { name: "a large power", source: turn!("    (10 ** 1000000) ** 2"), expect: Turn(OutOfFuel, "") },
    Bot {
        name: "a large number as text",
        source: turn!("    str(10 ** 5000)"),
        expect: Turn(Exception, "ValueError"),
    },
    Bot {
        name: "a slow regular expression",
        source: turn!("    import re; re.match('(a+)+$', 'a' * 28 + 'b')"),
        expect: Turn(OutOfFuel, ""),
    },
    Bot {
        name: "a deadlock",
        source: turn!("    import threading; l = threading.Lock(); l.acquire(); l.acquire()"),
        expect: Turn(Trap, "unreachable"),
    },
    Bot {
        name: "waiting for ever",
        source: turn!("    import threading; threading.Event().wait()"),
        expect: Turn(Trap, "unreachable"),
    },
    Bot {
        name: "made-up bytecode",
        source: "def f(): pass\nf.__code__ = f.__code__.replace(co_code=bytes(range(0, 250)) * 4)\ndef bot_main(data): return f()\n",
        expect: Turn(Trap, ""),
    },
    Bot {
        name: "random bytecode",
        source: "import random\ndef f(): pass\ndef bot_main(data):\n    for i in range(200):\n        random.seed(i)\n        try:\n            f.__code__ = f.__code__.replace(co_code=random.randbytes(200), co_stacksize=50)\n            f()\n        except Exception: pass\n",
        expect: Turn(Trap, ""),
    },
    Bot {
        name: "another reply function",
        source: "import json\njson.dumps = lambda *a, **k: 1 / 0\ndef bot_main(data): return [2]\n",
        expect: Reply("2"),
    },
    Bot {
        name: "lone surrogate",
        source: turn!("    return ['\\ud800']"),
        expect: Turn(BadReply, "surrogate"),
    },
    Bot { name: "not a number", source: turn!("    return [float('nan')]"), expect: Turn(BadReply, "") },
    Bot {
        name: "printing surrogates and zeros",
        source: turn!("    print('\\ud800\\0\\x1b[31m')"),
        expect: Reply(""),
    },
    Bot {
        name: "copying memory",
        source: turn!("    b = bytearray(20000000)\n    while True: b[:10000000] = b[10000000:]"),
        expect: Turn(OutOfFuel, ""),
    },
    Bot {
        name: "random bytes",
        source: turn!("    import os\n    while True: os.urandom(1000000)"),
        expect: Turn(OutOfFuel, ""),
    },
    Bot {
        name: "many random bytes",
        source: turn!("    import os\n    return [len(os.urandom(100000))]"),
        expect: Reply("100000"),
    },
    Bot {
        name: "emptying everything",
        source: "import gc\ndef bot_main(data):\n    for o in gc.get_objects():\n        try: o.clear()\n        except BaseException: pass\n    return []\n",
        expect: Reply("[]"),
    },
];

#[test]
fn every_bot_ends_as_expected() {
    let mut zygote = Zygote::start();
    let mut wrong = String::new();
    for bot in BOTS {
        let mut child = zygote.fork();
        let mut answer = child.load(bot.source);
        if matches!(answer, Answer::Loaded(_)) && !matches!(bot.expect, Load(..)) {
            answer = child.turn(1);
        }
        child.hang_up();
        let ended = zygote.reap(&child);
        if !is_expected(&bot.expect, &answer) || ended != Ended::Exited(0) {
            writeln!(wrong, "{}: {answer:?}, {ended:?}", bot.name).unwrap();
        }
    }
    assert!(wrong.is_empty(), "these ended in another way:\n{wrong}");
}

fn is_expected(expect: &Expect, answer: &Answer) -> bool {
    match (expect, answer) {
        (Load(kind, text) | Turn(kind, text), Answer::Fault(_, got, message, traceback)) => {
            kind == got && (message.contains(text) || traceback.contains(text))
        }
        (Reply(text), Answer::Reply(_, reply)) => reply.contains(text),
        _ => false,
    }
}
