"""Calls abort()."""

import os


def bot_main(data):
    os.abort()
