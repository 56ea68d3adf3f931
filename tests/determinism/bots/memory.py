"""Takes memory until there is none, and looks at how much that was."""

import sys


def fill(size):
    blocks = []
    try:
        while True:
            blocks.append(bytearray(size))
    except MemoryError as error:
        return len(blocks), repr(error), sys.getallocatedblocks()


def longest_text(least=0, most=1 << 25):
    while most - least > 1:
        middle = (least + most) // 2
        try:
            "x" * middle
            least = middle
        except MemoryError:
            most = middle
    return least


def seen(data):
    if data["time_step"] != 2:
        return
    yield "blocks", [fill(size) for size in (1 << 20, 100_000)]
    yield "text", longest_text()
    yield "list", lambda: [0] * (1 << 26)
    yield "number", lambda: 1 << (1 << 31)
