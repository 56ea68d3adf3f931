"""A copy of the source tree's relevant part, with a componentize-py that takes no time."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

RECIPE = pathlib.Path(__file__).resolve().parent.parent
ROOT = RECIPE.parent.parent
sys.path.insert(0, str(RECIPE))

import toolchain  # noqa: E402

# Counts its runs, and writes what looks like a component to the recipe.
FAKE = '''
import os, pathlib, sys, time
def script():
    runs = pathlib.Path(__file__).with_name("runs")
    runs.write_text(runs.read_text() + "." if runs.exists() else ".")
    {body}
    output = sys.argv[sys.argv.index("--output") + 1]
    pathlib.Path(output).write_bytes(b"component arena-runtime{{python=3.99.1;harness=5}} end")
'''


class RecipeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name) / "a tree"
        for part in ("proto/bot.wit", "sandbox-shim/guest", "deploy/python-wasm"):
            target = self.root / part
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
            copy(ROOT / part, target)
        self.cache = self.root / ".cache" / "python-wasm"
        self.out = self.root / "target" / "release" / "python.wasm"
        self.fake()

    def fake(self, body="pass"):
        self.tools = self.cache / f"tools-{toolchain._key()}"
        self.tools.mkdir(parents=True, exist_ok=True)
        (self.tools / "componentize_py.py").write_text(FAKE.format(body=body))

    def runs(self):
        runs = self.tools / "runs"
        return len(runs.read_text()) if runs.exists() else 0

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            ["/bin/sh", self.root / "deploy" / "python-wasm" / "build", *arguments],
            env={**os.environ, "PYTHON": sys.executable, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # Whoever runs these tests with nohup or in the background ignores it, and so would the build.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def build(self, *arguments, status=0, **environment):
        """What it said."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, status, err)
        self.assertEqual(out, "" if "--help" not in arguments else out)
        return out + err
