"""Garbage in cycles whose destructors bring it back to life."""

ALIVE = []


class Phoenix:
    def __init__(self):
        self.me = self
        self.load = bytearray(100_000)

    def __del__(self):
        ALIVE.append(self)


def bot_main(data):
    while True:
        Phoenix()
