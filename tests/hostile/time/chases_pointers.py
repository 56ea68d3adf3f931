"""A long chain of objects in random order: every step of a loop in C waits for main memory.

The most wall-clock time per unit of fuel that was found, fifty times that of ordinary code.
"""

import gc
import types

gc.disable()


def frame():
    try:
        raise ValueError
    except ValueError as error:
        return error.__traceback__.tb_frame


FRAME = frame()
LINKS = []
STEPS = 0


def build(count):
    global STEPS
    # A sequence of full period, so that every link is in the chain once, and in no order.
    for _ in range(count):
        LINKS.append(types.TracebackType(None, FRAME, 0, 1))
    while STEPS < len(LINKS) // 2:
        here = (STEPS * 40_503 + 12_345) & 0xFFFF
        there = ((STEPS + 1) * 40_503 + 12_345) & 0xFFFF
        if max(here, there) >= len(LINKS):
            break
        LINKS[here].tb_next = LINKS[there]
        STEPS += 1


build(1 << 16)
WALKER = types.TracebackType(None, FRAME, 0, 1)


def bot_main(data):
    while True:
        WALKER.tb_next = LINKS[12_345]
