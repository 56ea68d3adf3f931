"""A regular expression that takes exponential time on a line that does not match."""

import re


def bot_main(data):
    re.match(r"(a+)+$", "a" * 40 + "b")
    return []
