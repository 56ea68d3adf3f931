"""Recursion without end, stopped by Python itself."""


def bot_main(data):
    return bot_main(data)
