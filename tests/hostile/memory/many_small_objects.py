"""Dictionaries in dictionaries, a few bytes at a time."""


def bot_main(data):
    root = {}
    while True:
        root = {"a": root, "b": [root], "c": (root,)}
