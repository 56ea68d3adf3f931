"""Getting componentize-py."""

import pathlib
import re
import unittest
from unittest import mock

from tests.support import RECIPE, toolchain

from problem import Problem


class Toolchain(unittest.TestCase):
    def test_without_pip_and_venv_it_says_what_to_install(self):
        with mock.patch.object(toolchain, "_runs", return_value=False):
            with self.assertRaisesRegex(Problem, "apt-get install python3-pip python3-venv"):
                toolchain._pip(pathlib.Path("venv"))

    def test_wrong_contents_are_not_explained_away(self):
        said = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."
        self.assertIn("do not use it", toolchain._why(said))

    def test_one_package_pinned_with_hashes(self):
        text = (RECIPE / "requirements.txt").read_text()
        self.assertEqual(re.findall(r"^[a-z][\w-]*==\S+", text, re.M), ["componentize-py==0.25.1"])
        self.assertEqual(len(set(re.findall(r"sha256:[0-9a-f]{64}\b", text))), 5)
