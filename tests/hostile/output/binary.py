"""Every byte there is, on both streams, past Python's own buffers."""

import os


def bot_main(data):
    for descriptor in (1, 2):
        os.write(descriptor, bytes(range(256)) * 16)
    return []
