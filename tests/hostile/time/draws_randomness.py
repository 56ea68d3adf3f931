"""Lets the host make random bytes without end."""

import os


def bot_main(data):
    while True:
        os.urandom(4096)
