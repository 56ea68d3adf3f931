"""Lets the collector look at a hundred thousand objects again and again."""

import gc

KEPT = [[number] for number in range(100_000)]


def bot_main(data):
    while True:
        gc.collect()
