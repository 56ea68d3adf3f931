"""An iterator without end instead of a list."""

import itertools


def bot_main(data):
    return itertools.repeat("FORWARD")
