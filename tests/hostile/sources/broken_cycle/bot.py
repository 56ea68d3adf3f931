"""A circle of imports that needs what is not there yet."""

from other import ACTIONS


def bot_main(data):
    return ACTIONS


NAME = "bot"
