"""What a bot may return, and what it is told otherwise."""

import json

from tests.support import BotTest


class Accepted(BotTest):
    def test_lists_dicts_and_tuples(self):
        self.assertEqual(self.returned("['A', 'B']"), {"actions": ["A", "B"]})
        self.assertEqual(self.returned("('A', 'B')"), {"actions": ["A", "B"]})
        self.assertEqual(self.returned("{'actions': []}"), {"actions": []})
        self.assertEqual(self.returned("{'actions': ('A',)}"), {"actions": ["A"]})
        self.assertEqual(
            self.returned("{'actions': ['A'], 'debug_info': {'x': [1, None, 2.5]}}"),
            {"actions": ["A"], "debug_info": {"x": [1, None, 2.5]}},
        )

    def test_other_keys_stay_behind(self):
        self.assertEqual(self.returned("{'actions': ['A'], 'note': object()}"), {"actions": ["A"]})
        self.assertEqual(
            self.returned("{'actions': [], 'debug_info': 1, 'note': 2}"), {"actions": [], "debug_info": 1}
        )

    def test_subclasses_count_as_what_they_are(self):
        source = (
            "import enum, collections\n"
            "class Action(str, enum.Enum):\n    GO = 'GO'\n"
            "class Loud(str):\n    def __str__(self): raise RuntimeError\n    __repr__ = __str__\n"
            "class Odd(int):\n    def __eq__(self, other): raise RuntimeError\n    __hash__ = int.__hash__\n"
            "    def __repr__(self): return 'surprise'\n"
            "class Many(list): pass\n"
            "def bot_main(data):\n"
            "    return collections.OrderedDict(actions=Many([Action.GO, Loud('x'), Odd(3), True]))\n"
        )
        self.assertEqual(self.turn(source), {"actions": ["GO", "x", 3, True]})

    def test_what_was_replied_before_says_the_same_again(self):
        source = (
            "REPLIES = [['a', 'b'], {'actions': ['a', 'b']}, ['a\",\"b'], ['a', 'b', 1], [''], [], ['\\n', 'b'], ['é']]\n"
            "def bot_main(data):\n    return REPLIES[data]\n"
        )
        player = self.load(source)
        expected = [["a", "b"], ["a", "b"], ['a","b'], ["a", "b", 1], [""], [], ["\n", "b"], ["é"]]
        for _ in range(3):
            for number, actions in enumerate(expected):
                self.assertEqual(json.loads(player.turn(str(number))), {"actions": actions})

    def test_the_text_is_compact_ascii(self):
        player = self.load("def bot_main(data):\n    return {'actions': ['é', '\\U0001f600'], 'debug_info': 1}\n")
        self.assertEqual(player.turn("{}"), '{"actions":["\\u00e9","\\ud83d\\ude00"],"debug_info":1}')

    def test_big_numbers_within_reason(self):
        self.assertEqual(self.returned("[2**200, 1e300]"), {"actions": [2**200, 1e300]})


class Refused(BotTest):
    def test_the_wrong_shape(self):
        self.assertIn("returned None: is there a path without `return`?", self.returned_fault("None"))
        self.assertIn("the str 'FORWARD'; expected a list of actions", self.returned_fault("'FORWARD'"))
        self.assertIn("the int 3", self.returned_fault("3"))
        self.assertIn('no key "actions"', self.returned_fault("{'action': []}"))
        self.assertIn("the str 'GO' as \"actions\"", self.returned_fault("{'actions': 'GO'}"))
        self.assertIn("None as \"actions\"", self.returned_fault("{'actions': None}"))
        self.assertIn("a value of type generator", self.returned_fault("(x for x in ())"))
        self.assertIn("a value of type type", self.returned_fault("int"))

    def test_what_json_cannot_hold_is_located(self):
        self.assertIn("reply['actions'][1] is the set {1}", self.returned_fault("['A', {1}]"))
        self.assertIn(
            "reply['debug_info']['x'][0] is the bytes b'y'",
            self.returned_fault("{'actions': [], 'debug_info': {'x': [b'y']}}"),
        )
        self.assertIn("has the key the tuple (1, 2)", self.returned_fault("[{(1, 2): 3}]"))

    def test_numbers_that_json_does_not_have(self):
        self.assertIn("reply['actions'][0] is nan", self.returned_fault("[math.nan]"))
        self.assertIn("is -inf", self.returned_fault("[-math.inf]"))

    def test_half_a_surrogate_pair(self):
        self.assertIn("surrogate", self.returned_fault("['\\ud800']"))
        self.assertIn("surrogate", self.returned_fault("[{'\\udfff': 1}]"))

    def test_huge_numbers(self):
        self.assertIn("integer of more than 1000 digits", self.returned_fault("[10**5000]"))

    def test_depth_and_circles(self):
        deep = "def bot_main(data):\n    x = []\n    for _ in range({}): x = [x]\n    return x\n"
        self.assertIn("nested too deeply", self.turn_fault(deep.format(100_000), "bad_reply").message)
        circle = "def bot_main(data):\n    x = []\n    x.append(x)\n    return x\n"
        self.assertIn("contains itself", self.turn_fault(circle, "bad_reply").message)

    def test_a_fault_does_not_spoil_the_next_turn(self):
        source = "x = [[]]\ndef bot_main(data):\n    return x if data['n'] else x[0] + [x, {1}]\n"
        player = self.load(source)
        for _ in range(3):
            with self.assertRaisesRegex(Exception, "the set"):
                player.turn('{"n": 0}')
            self.assertEqual(player.turn('{"n": 1}'), '{"actions":[[]]}')

    def test_hostile_containers(self):
        for method in ("__iter__", "__len__", "__getitem__", "items", "keys", "get", "__contains__"):
            for base in ("list", "dict"):
                source = (
                    f"class Bad({base}):\n    def {method}(self, *a): raise RuntimeError('hostile')\n"
                    "def bot_main(data):\n"
                    f"    return Bad({'[1]' if base == 'list' else 'actions=[1]'})\n"
                )
                player = self.load(source)
                try:
                    player.turn("{}")
                except Exception as fault:
                    self.assertIn(fault.kind, ("exception", "bad_reply"))
                player.unload()
