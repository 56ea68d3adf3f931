"""Steers by the fuel that is left, which the clocks show."""

import time


def bot_main(data):
    start = time.monotonic_ns()
    sorted(range(1_000), key=lambda number: -number)
    spent = time.monotonic_ns() - start
    return {"actions": [("LEFT", "RIGHT")[spent & 1]], "debug_info": spent}
