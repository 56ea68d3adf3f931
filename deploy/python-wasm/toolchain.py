"""Gets componentize-py, once, checked against the hashes in requirements.txt."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from problem import Problem

REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"
_ELSEWHERE = "or pass the path of a python.wasm that was built elsewhere"


@dataclass
class ComponentizePy:
    """How to run it."""

    command: list
    environment: dict


def ready(cache, say):
    """An installed componentize-py, from the cache or from the package index."""
    folder = cache / f"tools-{_key()}"
    if not folder.is_dir():
        say("fetching componentize-py (17 MB)")
        _install(folder)
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return ComponentizePy([sys.executable, "-c", "from componentize_py import script; script()"], environment)


def _key():
    """Another pin or another Python gets a folder of its own."""
    text = f"{sys.implementation.cache_tag} {sys.platform} {os.uname().machine}\n".encode()
    return hashlib.sha256(text + REQUIREMENTS.read_bytes()).hexdigest()[:16]


def _install(folder):
    # Installed aside and renamed: a folder of that name is whole.
    aside = Path(tempfile.mkdtemp(prefix="tools-new-", dir=folder.parent))
    try:
        pip = _pip(aside / "venv")
        packages = aside / "packages"
        command = [*pip, "install", "--target", packages, "--requirement", REQUIREMENTS]
        command += ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-input"]
        command += ["--disable-pip-version-check", "--quiet"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Problem(_why(done.stdout.decode(errors="replace").strip()))
        os.replace(packages, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _pip(venv):
    """A pip that works: the system's, or one in a throw-away environment."""
    own = [sys.executable, "-m", "pip"]
    if _runs([*own, "--version"]):
        return own
    if _runs([sys.executable, "-m", "venv", venv]):
        return [venv / "bin" / "python", "-m", "pip"]
    raise Problem(
        f"{sys.executable} has neither pip nor a working venv. Install one of them "
        f"(Debian, Ubuntu: apt-get install python3-pip python3-venv), {_ELSEWHERE}."
    )


def _runs(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def _why(said):
    if "DO NOT MATCH THE HASHES" in said:
        advice = "What was downloaded is not what requirements.txt expects: do not use it, and check your package index."
    elif "No matching distribution" in said or "from versions:" in said:
        advice = (
            f"There is no componentize-py for {sys.platform} on {os.uname().machine}, or the package index cannot be "
            f"reached: check the network and pip's proxy and index settings, {_ELSEWHERE}."
        )
    else:
        advice = f"Check the network and pip's proxy and index settings, {_ELSEWHERE}."
    return f"pip could not install componentize-py. {advice} pip said:\n{said}"
