"""A class that is a tuple in name only."""

import collections

Pair = collections.namedtuple("Pair", "actions debug_info")


def bot_main(data):
    return Pair(["FORWARD"], ["LEFT"])
