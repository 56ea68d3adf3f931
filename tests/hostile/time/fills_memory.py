"""Fills megabytes per instruction."""


def bot_main(data):
    while True:
        bytes(16 << 20)
