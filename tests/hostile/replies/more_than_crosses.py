"""A reply of more bytes than may cross from guest to host at all, written past the harness."""

import sys


def bot_main(data):
    sys._getframe(1).f_globals["to_json"] = lambda reply: "x" * (17 << 20)
    return []
