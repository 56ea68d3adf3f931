"""A package whose modules import each other in a circle."""

from ring import one


def bot_main(data):
    return one.ACTIONS
