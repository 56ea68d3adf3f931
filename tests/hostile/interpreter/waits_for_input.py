"""Waits for a line that nobody types."""


def bot_main(data):
    return [input("your move? ")]
