"""Walks through what has no order of its own."""

import gc
import json
import sys
import weakref


class Thing:
    """Told apart by its address alone."""

    def __init__(self, number):
        self.number = number

    def __repr__(self):
        return str(self.number)


def seen(data):
    things = [Thing(number) for number in range(40)]
    words = {"LEFT", "RIGHT", "FORWARD", "SHOOT", "", "é", "a" * 100}
    yield "words", list(words)
    yield "mixed", list({1, -1, 2**70, 0.5, "x", b"x", None, (1, 2), frozenset("ab"), int, len})
    yield "things", list(set(things))
    yield "weak", [thing.number for thing in weakref.WeakSet(things)]
    yield "sorted", sorted(things, key=id)
    table = {thing: None for thing in things}
    for thing in things[::3]:
        del table[thing]
    yield "table", list(table)
    yield "json", json.dumps({str(thing): 1 for thing in set(things[:9])})
    yield "modules", lambda: list(sys.modules)[::7]
    yield "classes", lambda: [c.__name__ for c in object.__subclasses__()][::9]
    yield "collected", lambda: [len(gc.get_objects()), gc.get_count(), gc.get_stats()]
    yield "names", lambda: [dir()[:5], list(vars(Thing)), sorted(words, key=hash)]
