"""Every destructor makes another object to destroy."""

import sys

sys.setrecursionlimit(2**31 - 1)


class Hydra:
    def __del__(self):
        Hydra()


def bot_main(data):
    Hydra()
    return []
