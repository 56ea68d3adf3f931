"""Clears the screen, moves the cursor, renames the window, asks the terminal who it is."""

import sys


def bot_main(data):
    for stream in (sys.stdout, sys.stderr):
        stream.write("\x1b[2J\x1b[H\x1b]0;owned\x07\x1b[c\x1bP+q544e\x1b\\\x9b31m\x00\x08\r")
        stream.flush()
    return []
