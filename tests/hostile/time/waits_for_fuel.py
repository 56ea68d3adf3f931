"""Burns its fuel down to the last unit in every turn, as far as it can tell from the clock."""

import time


def bot_main(data):
    end = time.monotonic_ns() + 4_000_000
    while time.monotonic_ns() < end:
        pass
    return []
