"""Calls the host as often as it can: each call is work that Python's instructions do not show."""

import time


def bot_main(data):
    while True:
        time.monotonic_ns()
