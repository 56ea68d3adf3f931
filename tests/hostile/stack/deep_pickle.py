"""Hands the pickler, written in C, a structure deeper than the stack."""

import pickle
import sys

sys.setrecursionlimit(2**31 - 1)


def bot_main(data):
    nest = []
    for _ in range(100_000):
        nest = [nest]
    return [len(pickle.dumps(nest))]
