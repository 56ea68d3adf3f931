"""Keeps the long division busy: a modular power with huge operands."""


def bot_main(data):
    return [pow(3, 10**30_000, 10**30_000 + 7) % 2]
