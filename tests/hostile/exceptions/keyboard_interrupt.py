"""Pretends that somebody pressed Ctrl-C."""


def bot_main(data):
    raise KeyboardInterrupt
