"""When it builds, when it does not, and what is left when it fails."""

import hashlib
import json
import os
import signal
import sys
import time

from tests.support import RecipeTest


class Building(RecipeTest):
    def test_the_file_says_what_it_is_and_proves_that_it_is_whole(self):
        self.build()
        content = self.out.read_bytes()
        start = content.rfind(b"\x00", 0, content.rfind(b"\x0darena-runtime"))
        about = json.loads(content[content.rfind(b'{"version"') :])
        self.assertEqual(about["version"], 1)
        self.assertEqual((about["python"], about["harness"]), ("3.99.1", 5))
        self.assertEqual(about["sha256"], hashlib.sha256(content[:start]).hexdigest())

    def test_a_second_call_does_nothing(self):
        self.assertIn("is ready", self.build())
        before = self.out.stat()
        self.assertIn("is up to date", self.build())
        self.assertEqual(self.out.stat().st_mtime_ns, before.st_mtime_ns)
        self.assertEqual(self.runs(), 1)

    def test_a_changed_input_builds_anew(self):
        self.build()
        for part in ("sandbox-shim/guest/spacecode.py", "proto/bot.wit", "deploy/python-wasm/stamp.py"):
            path = self.root / part
            path.write_text(path.read_text() + ("\n" if path.suffix == ".wit" else "\n# changed\n"))
            self.assertIn("is ready", self.build())
        (self.root / "sandbox-shim/guest/new.py").write_text("")
        self.build()
        self.assertEqual(self.runs(), 5)

    def test_changed_tests_do_not(self):
        self.build()
        (self.root / "sandbox-shim/guest/tests/new.py").write_text("")
        self.assertIn("is up to date", self.build())

    def test_a_damaged_or_lost_file_comes_back_from_the_cache(self):
        self.build()
        whole = self.out.read_bytes()
        self.out.write_bytes(whole[:3] + b"!" + whole[4:])
        self.assertIn("is ready", self.build())
        self.out.write_bytes(whole[:-9])
        self.build()
        self.out.unlink()
        self.build()
        self.assertEqual(self.out.read_bytes(), whole)
        self.assertEqual(self.runs(), 1)

    def test_a_damaged_cache_is_built_anew(self):
        self.build()
        (self.cache / "python.wasm").write_bytes(b"junk")
        self.out.unlink()
        self.build()
        self.assertEqual(self.runs(), 2)

    def test_another_place(self):
        place = self.root / "some where" / "p.wasm"
        self.build("--out", str(place), "--cache", str(self.cache))
        self.assertTrue(place.is_file())
        self.assertFalse(self.out.exists())

    def test_two_at_once_build_once(self):
        self.fake("time.sleep(0.5)")
        both = [self.start(), self.start()]
        for process in both:
            _, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(self.runs(), 1)


class Failing(RecipeTest):
    def assert_nothing_is_left(self):
        self.assertFalse(self.out.exists())
        left = [path.name for path in self.cache.iterdir() if path.name.startswith("build-")]
        self.assertEqual(left, [])

    def test_python_missing(self):
        nowhere = self.root / "nowhere"
        nowhere.mkdir()
        said = self.build(PATH=str(nowhere), PYTHON="", status=1)
        self.assertIn('no "python3" in PATH', said)
        self.assertIn("apt-get install python3", said)

    def test_python_too_old(self):
        old = self.root / "old"
        old.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" -c "{_OLD}" "$@"\n')
        old.chmod(0o755)
        said = self.build(PYTHON=str(old), status=1)
        self.assertIn("is Python 3.8, but 3.9 or newer is needed", said)

    def test_packages_that_cannot_be_had(self):
        (self.tools / "componentize_py.py").unlink()
        self.tools.rmdir()
        # An index without packages stands for no network.
        settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.root), "PIP_CONFIG_FILE": os.devnull}
        said = self.build(status=1, **settings)
        self.assertIn("pip could not install componentize-py", said)
        self.assertIn("built elsewhere", said)
        self.assert_nothing_is_left()
        self.assertEqual([path.name for path in self.cache.iterdir()], ["lock"])

    def test_a_failing_tool_is_quoted(self):
        self.fake("sys.exit('the world is not enough')")
        said = self.build(status=1)
        self.assertIn("the world is not enough", said)
        self.assert_nothing_is_left()

    def test_an_old_file_survives_a_failing_build(self):
        self.build()
        before = self.out.read_bytes()
        self.fake("sys.exit(1)")
        (self.root / "sandbox-shim/guest/new.py").write_text("")
        self.build(status=1)
        self.assertEqual(self.out.read_bytes(), before)

    def test_an_interrupted_one_leaves_nothing(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            self.fake("time.sleep(60)")
            runs = self.runs()
            process = self.start()
            while self.runs() == runs:
                time.sleep(0.02)
            os.killpg(process.pid, number)
            process.communicate(timeout=20)
            self.assertEqual(process.returncode, status)
            self.assert_nothing_is_left()

    def test_a_place_that_cannot_be_written(self):
        (self.root / "file").write_text("")
        said = self.build("--out", str(self.root / "file" / "python.wasm"), status=1)
        self.assertIn("cannot be written", said)

    def test_a_component_that_does_not_say_what_it_is(self):
        self.fake("globals().update(pathlib=type('p', (), {'Path': lambda p: open(p, 'w').close() or sys.exit(0)}))")
        self.assertIn("does so 0 times", self.build(status=1))

    def test_help(self):
        self.assertIn("--out", self.build("--help"))

    def test_a_wrong_flag(self):
        self.assertIn("--wrong", self.build("--wrong", status=2))


# What a Python says of itself cannot be too old here, so it is told to lie.
_OLD = "import sys, runpy; sys.version_info = (3, 8, 1); runpy.run_path(sys.argv[1])"

