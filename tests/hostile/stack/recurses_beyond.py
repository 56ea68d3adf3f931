"""Recursion without end, after talking Python out of stopping it."""

import sys

sys.setrecursionlimit(2**31 - 1)


def deeper(depth):
    return deeper(depth + 1) + 1


def bot_main(data):
    return [deeper(0)]
