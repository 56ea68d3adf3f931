"""Raises where exceptions can only be printed, a thousand times."""


class Untidy:
    def __del__(self):
        raise ValueError("\x1b[2J" * 100)


def bot_main(data):
    for _ in range(100):
        Untidy()
    return ["FORWARD"]
