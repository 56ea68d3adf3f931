"""Trips over a bug of CPython: a text that fails to grow in place is freed while it is in use."""


def bot_main(data):
    text = "x"
    while True:
        text += text
