"""Raises from a profiler that is called for everything the harness does."""

import sys


def profiler(frame, event, argument):
    raise RuntimeError("not so fast")


def bot_main(data):
    sys.setprofile(profiler)
    return ["FORWARD"]
