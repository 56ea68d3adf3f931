"""Two exceptions, each the cause of the other."""


def bot_main(data):
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    raise one
