"""The build proper: runs componentize-py on the guest."""

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import toolchain
from problem import Problem


@dataclass
class Inputs:
    """What goes into the component."""

    wit: Path
    world: str
    folder: Path
    files: list
    app: str


def bake(inputs, cache, say):
    """The component's bytes, made from nothing but `inputs`."""
    began = time.monotonic()
    componentize_py = toolchain.ready(cache, say)
    say("building the component: CPython, the standard library, the harness (about 20 seconds)")
    with tempfile.TemporaryDirectory(prefix="build-", dir=cache) as workspace:
        component = _componentize(inputs, componentize_py, Path(workspace))
    say(f"built {len(component) / 1e6:.1f} MB in {time.monotonic() - began:.0f} s")
    return component


def _componentize(inputs, componentize_py, workspace):
    app = workspace / "app"
    for path in inputs.files:
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(inputs.folder / path, app / path)
    # An empty virtual environment: otherwise this machine's site-packages would be on the guest's path.
    empty = workspace / "empty"
    empty.mkdir()
    output = workspace / "python.wasm"
    command = [*componentize_py.command, "--quiet", "-d", inputs.wit, "-w", inputs.world, "componentize"]
    command += ["--python-path", app, "--output", output, inputs.app]
    done = subprocess.run(
        command,
        env={**componentize_py.environment, "VIRTUAL_ENV": str(empty)},
        cwd=workspace,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0 or not output.is_file():
        said = done.stdout.decode(errors="replace").strip()
        raise Problem(f"componentize-py failed (exit status {done.returncode}) and said:\n{said}")
    return output.read_bytes()
