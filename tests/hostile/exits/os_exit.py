"""Leaves at once."""

import os


def bot_main(data):
    os._exit(0)
