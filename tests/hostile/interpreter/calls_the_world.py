"""Plays the component itself: calls the exports of the harness from within a turn."""

import sys


def bot_main(data):
    guest = sys.modules["arena_guest"].Guest()
    guest.warm()
    guest.load([], 1)
    return guest.turn("{}")
