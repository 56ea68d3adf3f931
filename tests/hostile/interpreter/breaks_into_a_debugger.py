"""Waits for a person to type a command."""


def bot_main(data):
    breakpoint()
    return []
