"""Reaches for the dictionary of a built-in type through the collector, and writes to it."""

import gc


def bot_main(data):
    for kind in (str, list, dict, int):
        for thing in gc.get_referents(kind.__dict__):
            if type(thing) is dict:
                for name in ("encode", "append", "get", "__getitem__", "__len__", "__str__"):
                    thing[name] = None
    return ["FORWARD"]
