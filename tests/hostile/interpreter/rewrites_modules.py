"""Leaves no module of the interpreter in its place."""

import sys


def bot_main(data):
    for name in list(sys.modules):
        sys.modules[name] = None
    return ["FORWARD"]
