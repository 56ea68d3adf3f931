"""Streams that raise, loop or are no streams."""

import sys


class Stream:
    def write(self, text):
        raise SystemExit(6)

    flush = write


sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Stream()


class Untidy:
    def __del__(self):
        raise ValueError


def bot_main(data):
    Untidy()
    return ["FORWARD"]
