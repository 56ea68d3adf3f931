"""Lists in lists in lists, for the encoder in C."""

import sys

sys.setrecursionlimit(2**31 - 1)


def bot_main(data):
    nest = []
    for _ in range(100_000):
        nest = [nest]
    return nest
