"""Tries every descriptor number for anything but the log."""

import os


def bot_main(data):
    for descriptor in range(3, 4_096):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        raise SystemExit(f"descriptor {descriptor} is open")
    return []
