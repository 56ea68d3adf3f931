"""Leaves with a number that no process has."""

import os


def bot_main(data):
    os._exit(2**31 - 1)
