"""Actions nested thirty thousand deep, written past the harness."""

import sys


def bot_main(data):
    sys._getframe(1).f_globals["to_json"] = lambda reply: '{"actions":' + "[" * 30_000 + "]" * 30_000 + "}"
    return []
