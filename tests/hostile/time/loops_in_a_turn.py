"""Loads at once and never answers."""


def bot_main(data):
    while True:
        pass
