"""Generates functions out of noise, one after another, until one of them breaks something."""

import random

NOISE = random.Random(1)


def victim():
    return 1


def bot_main(data):
    while True:
        noise = bytes(NOISE.randrange(1, 120) if place % 2 == 0 else NOISE.randrange(8) for place in range(64))
        victim.__code__ = victim.__code__.replace(co_code=noise, co_stacksize=50)
        try:
            victim()
        except Exception:
            pass
