"""Takes the hooks that print exceptions, and loops in them."""

import sys


def forever(*arguments):
    while True:
        pass


sys.excepthook = sys.unraisablehook = sys.displayhook = sys.breakpointhook = forever


class Untidy:
    def __del__(self):
        raise ValueError


def bot_main(data):
    Untidy()
    return []
