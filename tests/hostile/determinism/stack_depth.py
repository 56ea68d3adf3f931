"""Steers by how deep it can recurse before something gives way."""

import sys

sys.setrecursionlimit(2_000)


def depth(reached):
    try:
        return depth(reached + 1)
    except RecursionError:
        return reached


def bot_main(data):
    reached = depth(0)
    return {"actions": [("LEFT", "RIGHT")[reached & 1]], "debug_info": reached}
