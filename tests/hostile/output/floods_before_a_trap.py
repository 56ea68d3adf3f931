"""A full log and a dead interpreter in one turn."""

import os


def bot_main(data):
    os.write(2, b"\x1b[31m" * 100_000)
    os.abort()
