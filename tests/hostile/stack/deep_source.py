"""Compiles parentheses within parentheses."""


def bot_main(data):
    return eval("(" * 100_000 + ")" * 100_000)
