"""From files to an entry point."""

import codecs

from tests.support import BotTest

IDLE = "def bot_main(data):\n    return []\n"


class Texts(BotTest):
    """Python decides what a source file means, whatever its bytes."""

    def value(self, source):
        return self.load(source)._call(None)

    def test_a_byte_order_mark_is_skipped(self):
        self.assertEqual(self.value(codecs.BOM_UTF8 + IDLE.encode()), [])

    def test_windows_and_old_mac_line_ends(self):
        self.assertEqual(self.value(IDLE.replace("\n", "\r\n")), [])
        self.assertEqual(self.value(IDLE.replace("\n", "\r")), [])

    def test_a_coding_cookie_is_obeyed(self):
        source = b"# coding: latin-1\ndef bot_main(data):\n    return ['\xe9']\n"
        self.assertEqual(self.value(source), ["é"])

    def test_an_unknown_coding_is_a_load_error(self):
        self.assertIn("klingon", self.load_fault("# coding: klingon\n" + IDLE).message)

    def test_bytes_that_are_no_utf8(self):
        fault = self.load_fault(b"x = '\xff'\n" + IDLE.encode())
        self.assertIn("SyntaxError", fault.message)
        self.assertIn("0xff", fault.message + fault.traceback)

    def test_nul_bytes(self):
        self.assertIn("null bytes", self.load_fault(IDLE.encode() + b"\0").message)

    def test_an_empty_file_has_no_entry_point(self):
        self.assertIn("no function bot_main(input_data)", self.load_fault("").message)

    def test_a_syntax_error_shows_file_line_and_place(self):
        fault = self.load_fault("import math\n\ndef bot_main(data:\n    return []\n")
        self.assertIn('File "bot.py", line 3', fault.traceback)
        self.assertIn("def bot_main(data:", fault.traceback)
        self.assertIn("^", fault.traceback)
        self.assertIn("bot.py, line 3", fault.message)

    def test_many_parentheses_end_in_a_fault(self):
        self.load_fault("x = " + "(" * 150 + ")" * 150 + "\n" + "y = " + "(" * 300 + "\n")


class EntryPoints(BotTest):
    def test_the_plain_form(self):
        self.assertEqual(self.turn(IDLE), {"actions": []})

    def test_the_older_form(self):
        source = "from spacecode import *\ndef main():\n    return [get_input_data()['time_step']]\n"
        self.assertEqual(self.turn(source), {"actions": [42]})

    def test_both_forms_in_one_file(self):
        source = (
            "from spacecode import *\n"
            "def bot_main(data):\n    return [FORWARD, data['ship_id']]\n"
            "def main():\n    return bot_main(get_input_data())\n"
        )
        self.assertEqual(self.turn(source), {"actions": ["FORWARD", 0]})

    def test_a_missing_one_is_named_with_an_example(self):
        message = self.load_fault("x = 1\n").message
        self.assertIn("no function bot_main(input_data)", message)
        self.assertIn("def bot_main(input_data):", message)

    def test_a_lookalike_is_pointed_out(self):
        self.assertIn("rename it", self.load_fault("def botMain(data):\n    return []\n").message)

    def test_not_callable(self):
        self.assertIn("type int", self.load_fault("bot_main = 3\n").message)

    def test_other_arguments(self):
        for arguments in ("", "a, b", "*, a", "a, *, b"):
            message = self.load_fault(f"def bot_main({arguments}):\n    return []\n").message
            self.assertIn("cannot be called as bot_main(input_data)", message)
        self.assertIn("main()", self.load_fault("def main(a):\n    return []\n").message)

    def test_arguments_that_fit(self):
        for arguments in ("a, b=1", "*a", "a, **b", "a, *, b=2"):
            self.assertEqual(self.turn(f"def bot_main({arguments}):\n    return []\n"), {"actions": []})

    def test_any_callable_will_do(self):
        self.assertEqual(self.turn("bot_main = lambda data: []\n"), {"actions": []})
        source = "class Bot:\n    def act(self, data):\n        return [1]\nbot_main = Bot().act\n"
        self.assertEqual(self.turn(source), {"actions": [1]})
        source = "class Bot:\n    def __call__(self, data):\n        return [2]\nbot_main = Bot()\n"
        self.assertEqual(self.turn(source), {"actions": [2]})

    def test_coroutines_and_generators_are_refused(self):
        self.assertIn("async", self.load_fault("async def bot_main(data):\n    return []\n").message)
        self.assertIn("yield", self.load_fault("def bot_main(data):\n    yield 1\n").message)

    def test_a_hostile_signature_is_a_load_error(self):
        self.load_fault(
            "class Bot:\n"
            "    def __call__(self, data): return []\n"
            "    @property\n"
            "    def __signature__(self): raise RuntimeError('no')\n"
            "bot_main = Bot()\n"
        )

    def test_without_bot_py(self):
        with self.assertRaisesRegex(Exception, "there is no bot.py"):
            self.load_files([("other.py", b"")])

    def test_reading_input_too_early_is_explained(self):
        self.assertIn("during a turn", self.load_fault("from spacecode import *\nget_input_data()\n").message)


class Files(BotTest):
    MAIN = "import lib.util, helper\ndef bot_main(data):\n    return [lib.util.NAME, helper.NAME]\n"

    def test_folders_and_modules(self):
        reply = self.turn(self.MAIN, lib__util="NAME = 'u'\n", helper="NAME = 'h'\n")
        self.assertEqual(reply, {"actions": ["u", "h"]})

    def test_packages_and_relative_imports(self):
        files = [
            ("bot.py", b"from lib import NAME\ndef bot_main(data):\n    return [NAME]\n"),
            ("lib/__init__.py", b"from .util import NAME\n"),
            ("lib/util.py", b"from . import deep\nNAME = deep.NAME\n"),
            ("lib/deep.py", b"NAME = __name__\n"),
        ]
        self.assertEqual(self.load_files(files)._call(None), ["lib.deep"])

    def test_the_bots_own_module_wins_over_the_standard_library(self):
        source = "import colorsys\ndef bot_main(data):\n    return [colorsys.NAME]\n"
        self.assertEqual(self.turn(source, colorsys="NAME = 'mine'\n"), {"actions": ["mine"]})

    def test_a_copy_of_spacecode_in_the_bot_is_ignored(self):
        source = "from spacecode import *\ndef main():\n    return [get_input_data()['ship_id']]\n"
        self.assertEqual(self.turn(source, spacecode="raise RuntimeError\n"), {"actions": [0]})

    def test_a_data_file_can_be_read(self):
        source = b"import pkgutil\nTEXT = pkgutil.get_data(__name__, 'data.txt')\ndef bot_main(data): return [len(TEXT)]\n"
        self.assertEqual(self.load_files([("bot.py", source), ("data.txt", b"four")])._call(None), [4])

    def test_an_error_in_another_file_shows_that_file(self):
        fault = self.load_fault("import helper\n", helper="x = 1\ny = x / 0\n")
        self.assertIn('File "bot.py", line 1, in <module>', fault.traceback)
        self.assertIn('File "helper.py", line 2, in <module>\n    y = x / 0', fault.traceback)
        self.assertIn("ZeroDivisionError", fault.message)

    def test_a_module_that_is_not_there(self):
        self.assertIn("standard library", self.load_fault("import numpie\n").message)

    def test_a_module_that_leads_outside(self):
        # Elsewhere these modules exist, so ask as python.wasm does, where they do not.
        fault = self.load_fault("raise ModuleNotFoundError('No module', name='socket')\n")
        self.assertIn("no network", fault.message)

    def test_a_caught_import_error_is_no_fault(self):
        source = "try:\n    import numpie\nexcept ImportError:\n    numpie = None\n" + IDLE
        self.assertEqual(self.turn(source), {"actions": []})


class Randomness(BotTest):
    SOURCE = "import random\ndef bot_main(data):\n    return [random.random()]\n"

    def test_the_seed_decides(self):
        def first(seed):
            player = self.load(self.SOURCE, seed)
            reply = player.turn("{}")
            player.unload()
            return reply

        self.assertEqual(first(7), first(7))
        self.assertNotEqual(first(7), first(2**64 - 1))
