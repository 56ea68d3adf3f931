"""What a bot's author gets to see when the bot raises."""

import io
import json
from unittest import mock

from tests.support import OBSERVATION, BotFault, BotTest


def bot(*lines):
    return "def bot_main(data):\n" + "".join(f"    {line}\n" for line in lines)


class Kinds(BotTest):
    def test_exceptions(self):
        self.assertEqual(self.turn_fault(bot("raise ValueError('no')"), "exception").message, "ValueError: no")
        for name in ("KeyboardInterrupt", "GeneratorExit", "BaseException", "StopIteration", "StopAsyncIteration"):
            self.assertEqual(self.turn_fault(bot(f"raise {name}"), "exception").message, name)

    def test_leaving(self):
        self.assertIn("SystemExit(0)", self.turn_fault(bot("import sys", "sys.exit(0)"), "exited").message)
        self.assertIn("SystemExit('bye')", self.load_fault("raise SystemExit('bye')\n", "exited").message)

    def test_memory(self):
        self.turn_fault(bot("raise MemoryError"), "out_of_memory")
        self.load_fault("raise MemoryError\n", "out_of_memory")

    def test_an_import_that_leads_outside_in_a_turn(self):
        self.turn_fault(bot("raise ModuleNotFoundError('x', name='subprocess')"), "exception")

    def test_play_goes_on_after_an_exception(self):
        player = self.load("n = 0\ndef bot_main(data):\n    global n\n    n += 1\n    return [1 / (n - 1)]\n")
        with self.assertRaises(Exception):
            player.turn(OBSERVATION)
        self.assertEqual(player.turn(OBSERVATION), '{"actions":[1.0]}')


class Tracebacks(BotTest):
    def test_the_bots_frames_and_lines_only(self):
        source = bot("import json", "return json.loads('{')")
        self.assertRegex(
            self.turn_fault(source, "exception").traceback,
            r"^Traceback \(most recent call last\):\n"
            r'  File "bot.py", line 3, in bot_main\n'
            r"    return json.loads\('\{'\)\n"
            r"( +[\^~]+\n)?"
            r"json.decoder.JSONDecodeError: .*\n$",
        )

    def test_evaluated_text_counts_as_the_bots(self):
        self.assertIn('File "<string>", line 1', self.turn_fault(bot("exec('1/0')"), "exception").traceback)

    def test_causes_and_contexts(self):
        source = bot("try:", "    1/0", "except ZeroDivisionError as e:", "    raise KeyError('k') from e")
        shown = self.turn_fault(source, "exception").traceback
        self.assertIn("ZeroDivisionError", shown)
        self.assertIn("direct cause", shown)
        self.assertTrue(shown.endswith("KeyError: 'k'\n"))
        source = bot("try:", "    1/0", "except ZeroDivisionError as e:", "    raise KeyError('k') from None")
        self.assertNotIn("ZeroDivisionError", self.turn_fault(source, "exception").traceback)

    def test_endless_recursion_is_cut(self):
        shown = self.turn_fault("def bot_main(data):\n    return bot_main(data)\n", "exception").traceback
        self.assertIn("frames left out", shown)
        self.assertLess(len(shown.splitlines()), 60)

    def test_notes_are_shown(self):
        if hasattr(BaseException, "add_note"):
            source = bot("e = ValueError('v')", "e.add_note('look here')", "raise e")
            self.assertIn("look here", self.turn_fault(source, "exception").traceback)

    def test_long_messages_keep_their_head_and_tracebacks_their_tail(self):
        fault = self.turn_fault(bot("raise ValueError('é' * 100_000 + 'end')"), "exception")
        self.assertTrue(fault.message.startswith("ValueError: é"))
        self.assertTrue(fault.traceback.endswith("end\n"))

    def test_lone_surrogates_are_escaped(self):
        fault = self.turn_fault(bot("raise ValueError('\\ud800')"), "exception")
        self.assertEqual(fault.message, "ValueError: \\ud800")


class Hostile(BotTest):
    """Whatever an exception does when it is looked at, a fault comes out."""

    def raised(self, *body):
        lines = "".join(f"    {line}\n" for line in body)
        return self.turn_fault(f"class Bad(Exception):\n{lines}\ndef bot_main(data):\n    raise Bad(1)\n", "exception")

    def test_str_that_raises(self):
        for error in ("ValueError", "SystemExit", "KeyboardInterrupt", "MemoryError", "self"):
            self.assertIn("Bad", self.raised("def __str__(self):", f"    raise {error}").message)

    def test_str_that_returns_something_else(self):
        self.raised("def __str__(self): return 5")
        self.raised(
            "def __str__(self):",
            "    class S(str):",
            "        def __str__(self): raise SystemExit",
            "        encode = __format__ = __radd__ = __add__ = __str__",
            "    return S('text')",
        )

    def test_str_that_never_ends(self):
        self.raised("def __str__(self): return str(self)")

    def test_lies_about_itself(self):
        self.raised("@property", "def __class__(self): raise SystemExit")
        self.raised("__class__ = MemoryError")
        for name in ("__traceback__", "__cause__", "__context__", "__suppress_context__", "__notes__", "args"):
            self.raised("@property", f"def {name}(self): raise SystemExit")
        self.raised("def __getattribute__(self, name): raise SystemExit")

    def test_a_hostile_metaclass(self):
        source = (
            "class Meta(type):\n"
            "    def __getattribute__(cls, name): raise SystemExit\n"
            "    def __subclasscheck__(cls, other): raise SystemExit\n"
            "    __instancecheck__ = __subclasscheck__\n"
            "class Bad(Exception, metaclass=Meta): pass\n"
            "def bot_main(data):\n    raise Bad\n"
        )
        with self.assertRaises(BotFault) as caught:
            self.turn(source)
        # Some versions of Python ask the metaclass while raising, and so raise what it raises.
        self.assertIn(caught.exception.kind, ("exception", "exited"))

    def test_a_hostile_exit_code(self):
        source = "class C:\n    def __repr__(self): raise KeyboardInterrupt\ndef bot_main(data):\n    raise SystemExit(C())\n"
        self.turn_fault(source, "exited")

    def test_chains_without_end(self):
        source = bot("a, b = ValueError(1), ValueError(2)", "a.__cause__ = b", "b.__cause__ = a", "raise a")
        self.turn_fault(source, "exception")

    def test_a_replaced_json_harms_only_its_bot(self):
        source = "import json\ndef broken(*a, **k): raise SystemExit\njson.loads = json.dumps = broken\n"
        with mock.patch.multiple(json, loads=json.loads, dumps=json.dumps):
            self.assertEqual(self.turn(source + bot("return [data['ship_id']]")), {"actions": [0]})

    def test_a_closed_or_replaced_output_is_no_fault(self):
        with mock.patch("sys.stdout", io.StringIO()):
            source = "import sys\nsys.stdout.close()\nsys.stdout = None\n" + bot("return []")
            self.assertEqual(self.turn(source), {"actions": []})
