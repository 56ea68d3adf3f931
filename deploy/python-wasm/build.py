"""Builds python.wasm: CPython as a WebAssembly component, started, with the guest harness inside.

What it is built from is recorded in the file itself, so a second call sees in a moment that there
is nothing to do. Finished files appear by renaming, so an interrupted call leaves nothing broken.

    main        refuses an old Python
    build       this: is there anything to do, and where does the result go
    bake        the build proper
    toolchain   gets componentize-py, pinned by requirements.txt
    stamp       what python.wasm says about itself
"""

import argparse
import hashlib
import os
import signal
import sys
from pathlib import Path

import stamp
from problem import Problem

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WIT = ROOT / "proto" / "bot.wit"
GUEST = ROOT / "sandbox-shim" / "guest"
APP = "arena_guest"
WORLD = "python"


def guest_files():
    """The Python that goes into the component, without its tests."""
    found = (path.relative_to(GUEST) for path in GUEST.rglob("*.py"))
    return sorted(path for path in found if path.parts[0] != "tests")


def key_of_inputs():
    """Changes when anything changes that the component is built from."""
    inputs = [WIT, *(GUEST / path for path in guest_files())]
    inputs += [path for path in sorted(HERE.iterdir()) if path.suffix in (".py", ".txt")]
    key = hashlib.sha256()
    for path in inputs:
        content = path.read_bytes()
        key.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        key.update(content)
    return key.hexdigest()


def say(line):
    """Progress, for a person who waits."""
    print(f"python.wasm: {line}", file=sys.stderr, flush=True)


def write_whole(path, content):
    """All of it or nothing, whoever interrupts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def build(cache, key):
    """The finished file, from the cache if it is there and whole."""
    # Imported only now: to look whether there is anything to do shall take a moment.
    import fcntl

    from bake import Inputs, bake

    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / "python.wasm"
    with open(cache / "lock", "w") as lock:
        # Two builds at once: the second finds what the first has made.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.is_intact(kept, key):
            component = bake(Inputs(WIT, WORLD, GUEST, guest_files(), APP), cache, say)
            write_whole(kept, stamp.seal(component, key))
        return kept.read_bytes()


def bring_up_to_date(out, cache):
    """Leaves the right python.wasm at `out`."""
    key = key_of_inputs()
    if stamp.is_intact(out, key):
        say(f"{out} is up to date")
    else:
        write_whole(out, build(cache, key))
        say(f"{out} is ready")


def arguments():
    parser = argparse.ArgumentParser(
        prog="build",
        description="Builds python.wasm, unless it is up to date. Needs python3 with pip, and the network once.",
        epilog="example: build --out /srv/arena/python.wasm",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "target" / "release" / "python.wasm",
        help="where to put it (default: target/release/python.wasm of this source tree)",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=ROOT / ".cache" / "python-wasm",
        help="where to keep the tools and the last build (default: .cache/python-wasm of this source tree)",
    )
    return parser.parse_args()


def _stop(number, _frame):
    raise SystemExit(128 + number)


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, _stop)  # Otherwise it would end at once, and leave its workspace.
    try:
        bring_up_to_date(args.out.absolute(), args.cache.absolute())
    except Problem as problem:
        print(f"python.wasm cannot be built: {problem}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"python.wasm cannot be written: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("python.wasm: interrupted; nothing was left half done", file=sys.stderr)
        return 130
    return 0
