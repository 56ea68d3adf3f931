"""Keeps a little more every turn."""

KEPT = []


def bot_main(data):
    KEPT.append(bytearray(8 << 20))
    return []
