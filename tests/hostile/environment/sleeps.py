"""Sleeps for days in every turn, and for no time at all, and for less."""

import time


def bot_main(data):
    before = time.monotonic()
    time.sleep(1e6)
    assert time.monotonic() - before >= 1e6
    time.sleep(0)
    try:
        time.sleep(-1)
    except ValueError:
        return []
