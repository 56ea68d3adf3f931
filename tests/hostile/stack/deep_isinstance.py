"""A tuple in a tuple in a tuple, for isinstance to walk through."""

import sys

sys.setrecursionlimit(2**31 - 1)


def bot_main(data):
    kinds = int
    for _ in range(500_000):
        kinds = (kinds,)
    return [isinstance("", kinds)]
