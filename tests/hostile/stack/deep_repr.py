"""The representation of a list in a list in a list, a hundred thousand deep."""

import sys

sys.setrecursionlimit(2**31 - 1)


def bot_main(data):
    nest = []
    for _ in range(100_000):
        nest = [nest]
    return [repr(nest)]
