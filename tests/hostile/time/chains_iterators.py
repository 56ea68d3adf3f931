"""An iterator that asks an iterator that asks an iterator, endlessly and in C."""

import itertools


def bot_main(data):
    return list(filter(None, itertools.repeat(0)))
