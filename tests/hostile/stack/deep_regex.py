"""Groups within groups, for a compiler of patterns that calls itself."""

import re
import sys

sys.setrecursionlimit(2**31 - 1)


def bot_main(data):
    return [bool(re.compile("(" * 20_000 + ")" * 20_000))]
