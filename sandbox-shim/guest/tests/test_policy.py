"""What a tournament forbids is told by file and line, and everything else runs as always."""

from arena_harness import reading
from arena_harness.faults import BotFault
from arena_harness.player import Player
from tests.support import OBSERVATION, BotTest, _loads

IDLE = "def bot_main(data):\n    return []\n"
STRICT = (
    "only\n"
    + "".join(
        f"allow {name}\n"
        for name in "collections datetime functools itertools json math random re spacecode string time".split()
    )
    + "".join(f"call {name}\n" for name in ("__import__", "compile", "eval", "exec", "open"))
)
NO_OS = "block os\nblock _socket\n"
NO_EVAL = "call eval\ncall open\n"


class PolicyTest(BotTest):
    def play(self, policy, source, **files):
        player = Player()
        self.addCleanup(self._forget, player)
        named = [(name.replace("__", "/") + ".py", text.encode()) for name, text in files.items()]
        player.load([("bot.py", source.encode()), *named], 7, policy)
        return _loads(player.turn(OBSERVATION))

    def fault(self, policy, source, **files):
        with self.assertRaises(BotFault) as caught:
            self.play(policy, source, **files)
        return self._checked(caught.exception, "policy")

    def refused(self, policy, source, place, **files):
        fault = self.fault(policy, source, **files)
        self.assertTrue(fault.message.startswith(place + ": "), fault.message)
        return fault.message


class Imports(PolicyTest):
    def test_the_line_of_a_forbidden_import_and_what_is_allowed(self):
        message = self.refused(STRICT, "import math\n\nimport os\n" + IDLE, "bot.py, line 3")
        self.assertIn("import of os is not allowed by this tournament's policy", message)
        self.assertIn("allows collections, datetime, functools", message)
        self.assertIn("bot's own modules", message)

    def test_what_is_blocked_is_listed(self):
        message = self.refused(NO_OS, "import os\n" + IDLE, "bot.py, line 1")
        self.assertIn("which blocks _socket, os", message)

    def test_the_line_is_shown_with_every_other_one(self):
        fault = self.fault(STRICT, "import os\nimport sys\n" + IDLE)
        self.assertIn("1 more of the kind", fault.message)
        self.assertIn('  File "bot.py", line 2\n    import sys\nForbidden: import of sys', fault.traceback)

    def test_every_way_to_write_an_import(self):
        for line in (
            "import math, os",
            "import os as harmless",
            "import os.path",
            "from os import path",
            "from os import *",
            "def later(): import os",
            "class Lazy:\n  import os",
            "try:\n  import os\nexcept ImportError: pass",
            "import importlib; importlib.import_module('os')",
            "from importlib import import_module as get; import_module('os.path')",
            "__import__('os')",
            "import sys; sys.modules['os']",
            "from random import _os",
            "import random\nrandom._os",
            "import random as r\ngetattr(r, '_os')",
        ):
            with self.subTest(line):
                self.assertIn("os", self.fault(NO_OS, line + "\n" + IDLE).message)

    def test_a_name_stands_for_its_submodules_and_not_for_the_package_around_it(self):
        self.refused("block os.path\n", "import os.path\n" + IDLE, "bot.py, line 1")
        self.refused("block os.path\n", "from os import path\n" + IDLE, "bot.py, line 1")
        self.play("block os.path\n", "import os\n" + IDLE)
        self.play("only\nallow collections\n", "import collections.abc\n" + IDLE)
        self.play("only\nallow collections.abc\n", "from collections import abc\nimport collections.abc\n" + IDLE)
        self.refused("only\nallow collections.abc\n", "import collections\n" + IDLE, "bot.py, line 1")

    def test_blocked_wins_over_allowed(self):
        message = self.refused("only\nallow os\nblock os\n", "import os\n" + IDLE, "bot.py, line 1")
        self.assertIn("which blocks os", message)

    def test_a_bots_own_modules_and_the_games_are_always_importable(self):
        source = "from __future__ import annotations\nfrom spacecode import *\nimport lib.far\nimport os\n" + IDLE
        files = {"lib____init__": "from . import near\n", "lib__far": "from .near import X\n", "lib__near": "X = 1\n"}
        self.play("only\nblock spacecode\n", source, os="Y = 1\n", **files)

    def test_a_folder_does_not_make_a_module_of_the_interpreter_the_bots_own(self):
        self.refused(STRICT, "import sys\n" + IDLE, "bot.py, line 1", sys__x="")

    def test_every_file_is_read_whether_it_is_imported_or_not(self):
        self.refused(STRICT, IDLE, "lib/deep.py, line 2", lib__deep="\nimport os\n")

    def test_what_an_author_needs_at_home_only_is_no_trouble(self):
        self.play(STRICT, IDLE + "if __name__ == '__main__':\n    import sys\n    print(open(sys.argv[1]))\n")

    def test_the_standard_library_imports_what_it_needs(self):
        source = (
            "import collections, datetime, json, random, re, time\n"
            "def bot_main(data):\n"
            "    datetime.datetime.strptime('2020', '%Y'), time.strptime('2020', '%Y')\n"
            "    collections.namedtuple('P', 'x y'), re.sub('a(b)', r'\\1', 'ab'), random.gauss(0, 1)\n"
            "    return {'actions': [], 'debug_info': json.loads('[1.5]')}\n"
        )
        self.assertEqual(self.play(STRICT, source)["debug_info"], [1.5])

    def test_syntax_errors_are_pythons_own(self):
        with self.assertRaises(BotFault) as caught:
            self.play(STRICT, "import os\ndef bot_main(:\n")
        self._checked(caught.exception, "load_error")
        self.play(STRICT, IDLE, broken="def (")


class Calls(PolicyTest):
    def test_every_way_to_write_a_call(self):
        for line in (
            "eval('1')",
            "e = eval",
            "list(map(eval, ['1']))",
            "import builtins\nbuiltins.eval('1')",
            "import builtins as b\nb.eval('1')",
            "from builtins import eval as e",
            "import builtins\ngetattr(builtins, 'eval')",
            "import builtins\nvars(builtins)['eval']",
            "import builtins\nbuiltins.__dict__['eval']",
            "__builtins__['eval']",
            "def later(): return eval('1')",
            "def later(x=eval): pass",
        ):
            with self.subTest(line):
                place = f"bot.py, line {line.count(chr(10)) + 1}"
                message = self.refused(NO_EVAL, line + "\n" + IDLE, place)
                self.assertIn("use of eval is not allowed by this tournament's policy", message)
                self.assertIn("blocks calls of eval, open", message)

    def test_a_bots_own_names_are_its_own(self):
        source = (
            "import re\n"
            "PATTERN = re.compile('a')\n"
            "def search(start):\n"
            "    open = [start]\n"
            "    while open:\n"
            "        node = open.pop()\n"
            "    return [open for open in (1, 2)]\n"
            "def other(open, compile=None):\n"
            "    return open, compile\n"
            "def bot_main(data):\n"
            "    search(1)\n"
            "    return []\n"
        )
        self.play(STRICT, source)
        self.refused(STRICT, source + "def late():\n    return open('x')\n", "bot.py, line 14")


    def test_other_spellings_are_the_same_name(self):
        self.refused(NO_EVAL, "\uff45val('1')\n" + IDLE, "bot.py, line 1")
        hidden = "# coding: unicode_escape\n\\x65val('1')\n" + IDLE
        self.refused(NO_EVAL, hidden, "bot.py, line 2")

    def test_every_corner_of_a_file_is_read(self):
        for text in (
            "x = [1 for y in [2] if eval]",
            "x = {1: eval}",
            "x = lambda a, *b, c=eval: a",
            "@eval\nclass A: pass",
            "class A(metaclass=eval): pass",
            "def f() -> eval: pass",
            "def f(a: eval): pass",
            "async def f():\n async with eval as a: pass",
            "for eval.x in []: pass",
            "while 0: eval",
            "with eval as a: pass",
            "try: pass\nexcept eval: pass",
            "match 1:\n case 1 if eval: pass",
            "match 1:\n case {'a': eval.x}: pass",
            "match 1:\n case eval(a=1): pass",
            "x = f'{eval!r:{1}}'",
            "x = f'{1:{eval}}'",
            "x = [*eval]",
            "x = eval if 1 else 2",
            "x = 1 < eval",
            "x = not eval",
            "x = a[1:eval]",
            "x: eval = 1",
            "assert 1, eval",
            "raise A from eval",
            "if __name__ == '__main__': pass\nelse: eval",
            "print(end=eval)",
            "(x := eval)",
            "def f(): yield eval",
        ):
            with self.subTest(text):
                self.assertIn("use of eval", self.fault(NO_EVAL, text + "\n" + IDLE).message)


class Running(PolicyTest):
    """What the source does not show is noticed when it happens."""

    def test_imports_by_a_name_that_is_put_together(self):
        for call in (
            "__import__('o' + 's')",
            "importlib.import_module('o' + 's')",
            "importlib.__import__('o' + 's')",
            "__import__('path', {'__package__': 'o' + 's'}, None, ['join'], 1)",
            "__import__('random', None, None, ['_' + 'os'])",
            "exec('import os')",
            "exec('import os', {})",
            "eval(\"__import__('o' + 's')\")",
        ):
            with self.subTest(call):
                source = f"import importlib\ndef bot_main(data):\n    {call}\n    return []\n"
                self.refused(NO_OS, source, "bot.py, line 3")

    def test_calls_by_a_name_that_is_put_together(self):
        for call in (
            "getattr(builtins, 'ev' + 'al')('1')",
            "vars(builtins)['ev' + 'al']('1')",
            "__builtins__['ev' + 'al']('1')",
            "importlib.import_module('builtins').__dict__['ev' + 'al']('1')",
            "exec('eval(1)')",
        ):
            with self.subTest(call):
                source = f"import builtins, importlib\ndef bot_main(data):\n    {call}\n    return []\n"
                self.refused(NO_EVAL, source, "bot.py, line 3")

    def test_catching_it_does_not_help(self):
        for clause in ("except Exception", "except BaseException", "finally"):
            source = (
                "def bot_main(data):\n    try:\n        __import__('o' + 's')\n"
                f"    {clause}:\n        return []\n"
            )
            with self.subTest(clause):
                self.refused(NO_OS, source, "bot.py, line 3")
        source = "try:\n    __import__('o' + 's')\nexcept BaseException:\n    pass\n" + IDLE
        self.refused(NO_OS, source, "bot.py, line 2")

    def test_the_traceback_is_the_bots_own(self):
        source = "def helper():\n    return __import__('o' + 's')\ndef bot_main(data):\n    return helper()\n"
        traceback = self.fault(NO_OS, source).traceback
        self.assertIn('File "bot.py", line 4, in bot_main', traceback)
        self.assertTrue(traceback.splitlines()[-1].startswith("Forbidden: bot.py, line 2: "), traceback)


class Open(PolicyTest):
    def test_without_a_policy_nothing_is_read_and_nothing_watched(self):
        player = Player()
        self.addCleanup(self._forget, player)
        before = reading.troubles_in
        reading.troubles_in = None
        self.addCleanup(setattr, reading, "troubles_in", before)
        player.load([("bot.py", b"import builtins\ndef bot_main(data):\n    return [type(builtins).__name__]\n")], 7, "")
        self.assertEqual(player._call.__code__.co_filename, "bot.py")
        self.assertEqual(_loads(player.turn(OBSERVATION)), {"actions": ["module"]})

    def test_a_policy_ends_with_the_bot(self):
        self.fault(NO_OS, "__import__('o' + 's')\n" + IDLE)
        self.play("", "import importlib\nimportlib.import_module('os')\n" + IDLE)
