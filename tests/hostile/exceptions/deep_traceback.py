"""A traceback of thousands of frames with lines of thousands of columns."""

import sys

sys.setrecursionlimit(2**31 - 1)


def deeper(depth):
    return deeper(depth - 1) if depth else 1 / 0 + 11111111111111111111111111111111111111111111111111111111111111111111


def bot_main(data):
    return [deeper(3_000)]
