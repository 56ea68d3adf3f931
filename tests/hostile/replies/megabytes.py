"""A reply a hundred times as long as is allowed, written past the harness."""

import sys


def bot_main(data):
    sys._getframe(1).f_globals["to_json"] = lambda reply: "x" * (8 << 20)
    return []
