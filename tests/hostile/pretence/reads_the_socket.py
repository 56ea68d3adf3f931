"""Reads the next observation before it is its turn, from every descriptor."""

import os


def bot_main(data):
    for descriptor in range(16):
        try:
            got = os.read(descriptor, 1 << 16)
        except OSError:
            continue
        assert got == b"", (descriptor, got)
    return []
