"""Builds python.wasm: CPython as a WebAssembly component, with the guest harness inside, started.

What it is built from is recorded in the file itself, so a second call sees in a moment that there
is nothing to do. Finished files appear by renaming, so an interrupted call leaves nothing broken.
Started by the script `build`, which looks for a suitable Python first.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import stamp
import toolchain
from problem import Problem

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WIT = ROOT / "proto" / "bot.wit"
GUEST = ROOT / "sandbox-shim" / "guest"
APP = "arena_guest"
WORLD = "bot"


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
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def componentize(componentize_py, workspace):
    """Runs the build proper; returns the component's bytes."""
    app = workspace / "app"
    for path in guest_files():
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(GUEST / path, app / path)
    # An empty virtual environment: otherwise this machine's site-packages would be on the guest's
    # path. A fixed hash seed: sets of text keep their order from one build to the next.
    (workspace / "empty").mkdir()
    environment = {**componentize_py.environment, "VIRTUAL_ENV": str(workspace / "empty"), "PYTHONHASHSEED": "0"}
    output = workspace / "python.wasm"
    command = [*componentize_py.command, "--quiet", "-d", WIT, "-w", WORLD, "componentize"]
    command += ["--python-path", app, "--output", output, APP]
    done = subprocess.run(command, env=environment, cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0 or not output.is_file():
        said = done.stdout.decode(errors="replace").strip()
        raise Problem(f"componentize-py failed (exit status {done.returncode}) and said:\n{said}")
    return output.read_bytes()


def build(cache, key):
    """Makes the file for `key` from nothing but the inputs."""
    began = time.monotonic()
    componentize_py = toolchain.ready(cache, say)
    say("building the component: CPython, the standard library, the harness (about 20 seconds)")
    with tempfile.TemporaryDirectory(prefix="build-", dir=cache) as workspace:
        component = componentize(componentize_py, Path(workspace))
    finished = stamp.seal(component, key)
    say(f"built {len(finished) / 1e6:.1f} MB in {time.monotonic() - began:.0f} s")
    return finished


def bring_up_to_date(out, cache, force=False):
    """Leaves the right python.wasm at `out`."""
    key = key_of_inputs()
    if not force and stamp.is_intact(out, key):
        return "is up to date"
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / "python.wasm"
    with open(cache / "lock", "w") as lock:
        # Two builds at once: the second finds what the first has made.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if force or not stamp.is_intact(kept, key):
            write_whole(kept, build(cache, key))
        write_whole(out, kept.read_bytes())
    return "is ready"


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
    parser.add_argument("--force", action="store_true", help="build anew even if nothing has changed")
    return parser.parse_args()


def main():
    args = arguments()
    try:
        outcome = bring_up_to_date(args.out.absolute(), args.cache.absolute(), args.force)
    except Problem as problem:
        print(f"python.wasm cannot be built: {problem}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"python.wasm cannot be written: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("python.wasm: interrupted; nothing was left half done", file=sys.stderr)
        return 130
    say(f"{args.out} {outcome}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
