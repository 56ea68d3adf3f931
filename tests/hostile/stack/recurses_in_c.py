"""Recursion that goes through C at every level."""

import sys

sys.setrecursionlimit(2**31 - 1)


class Deep:
    def __repr__(self):
        return repr(self)

    def __eq__(self, other):
        return [self] == [other]


def bot_main(data):
    return [Deep() == Deep()]
