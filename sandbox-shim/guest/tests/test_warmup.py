"""Warming up must be invisible."""

import json
import linecache
import random
import re
import sys

from arena_harness import holes, preload, warmup
from arena_harness.player import Player
from tests.support import OBSERVATION, BotTest


class Warmup(BotTest):
    def test_it_leaves_no_trace(self):
        player = Player()
        warmup.run(player)
        self.assertNotIn("bot", sys.modules)
        self.assertNotIn("bot.py", linecache.cache)
        before = (set(sys.modules), list(sys.meta_path), random.getstate())
        warmup.run(player)
        self.assertEqual(before, (set(sys.modules), list(sys.meta_path), random.getstate()))

    def test_a_bot_cannot_tell(self):
        source = b"import random\nSTART = random.random()\ndef bot_main(data):\n    return [START, random.random()]\n"
        replies = []
        for times in (1, 3):
            player = Player()
            for _ in range(times):
                warmup.run(player)
            player.load([("bot.py", source)], 5)
            replies.append(json.loads(player.turn(OBSERVATION)))
            player.unload()
        self.assertEqual(replies[0], replies[1])


class Holes(BotTest):
    def test_blocks_fill_every_small_step_to_its_end(self):
        fine = [size for size in holes._falling_sizes() if size <= 1024]
        # Of 16 bytes, of which the C library keeps 4: anything less leaves the smallest holes open.
        self.assertTrue(all((size + 4) % 16 == 0 for size in fine), fine)
        self.assertEqual([above - below for above, below in zip(fine, fine[1:])], [16] * (len(fine) - 1))
        self.assertLess(fine[-1] - sys.getsizeof(b""), 16)


class Preload(BotTest):
    def test_the_promised_modules_are_on_the_list(self):
        promised = (
            "json math random time datetime collections itertools functools re string heapq bisect dataclasses "
            "typing enum copy operator statistics abc array base64 decimal fractions"
        ).split()
        self.assertLessEqual(set(promised), set(preload.MODULES))

    def test_the_list_can_be_imported(self):
        preload.everything()
        self.assertTrue(re.match("a", "a"))


class Spacecode(BotTest):
    def test_the_names(self):
        import spacecode

        names = {name: getattr(spacecode, name) for name in ("FORWARD", "LEFT", "RIGHT", "SHOOT")}
        self.assertEqual(names, {name: name for name in names})
        self.assertTrue(all(hasattr(spacecode, name) for name in spacecode.__all__))

    def test_the_short_way_round(self):
        from math import pi

        from spacecode import angle_difference

        self.assertAlmostEqual(angle_difference(-pi + 0.1, pi - 0.1), 0.2)
        self.assertAlmostEqual(angle_difference(0, 0.5 + 40 * pi), -0.5)
