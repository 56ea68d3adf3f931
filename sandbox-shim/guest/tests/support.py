"""What the tests share: play a bot from its text, get its replies or its fault."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from arena_harness.faults import BotFault  # noqa: E402
from arena_harness.player import Player  # noqa: E402

# A test may replace the original.
_loads = json.loads

OBSERVATION = '{"game_state":{"x":1.5},"ship_id":0,"time_step":42}'


class BotTest(unittest.TestCase):
    """Loads bots, and forgets them when the test ends."""

    def load(self, source="", seed=7, **files):
        """A player with this ``bot.py``; other files by keyword, ``__`` for ``/`` and ``.py`` added."""
        source = source if isinstance(source, bytes) else source.encode("utf-8")
        named = [(name.replace("__", "/") + ".py", text.encode("utf-8")) for name, text in files.items()]
        return self.load_files([("bot.py", source), *named], seed)

    def load_files(self, files, seed=7):
        player = Player()
        self.addCleanup(self._forget, player)
        player.load(files, seed)
        return player

    def turn(self, source, observation=OBSERVATION, **files):
        """The reply of a new bot to its first turn, parsed."""
        return _loads(self.load(source, **files).turn(observation))

    def returned(self, expression):
        """The reply of a bot that returns this expression."""
        return self.turn(f"def bot_main(data):\n    return {expression}\n")

    def load_fault(self, source="", kind="load_error", **files):
        with self.assertRaises(BotFault) as caught:
            self.load(source, **files)
        return self._checked(caught.exception, kind)

    def turn_fault(self, source, kind, **files):
        player = self.load(source, **files)
        with self.assertRaises(BotFault) as caught:
            player.turn(OBSERVATION)
        return self._checked(caught.exception, kind)

    def returned_fault(self, expression):
        fault = self.turn_fault(f"import math\ndef bot_main(data):\n    return {expression}\n", "bad_reply")
        return fault.message

    def _checked(self, fault, kind):
        self.assertEqual(fault.kind, kind, fault.message)
        self.assertLessEqual(len(fault.message.encode("utf-8")), 2048)
        self.assertLessEqual(len(fault.traceback.encode("utf-8")), 16384)
        for ours in ("arena_harness", "player.py", "sources.py", "frozen importlib"):
            self.assertNotIn(ours, fault.traceback)
        return fault

    @staticmethod
    def _forget(player):
        if player._sources is not None and player._sources in sys.meta_path:
            player.unload()
