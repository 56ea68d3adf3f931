"""Compares two lists of the same depth: recursion in C only."""

import sys

sys.setrecursionlimit(2**31 - 1)


def nested():
    nest = []
    for _ in range(200_000):
        nest = [nest]
    return nest


def bot_main(data):
    return [nested() == nested()]
