"""Bytes where text belongs."""


def bot_main(data):
    return [b"FORWARD"]
