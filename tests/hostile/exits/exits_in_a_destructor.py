"""Raises SystemExit from a destructor, where Python can only print it."""


class Last:
    def __del__(self):
        raise SystemExit(4)


def bot_main(data):
    Last()
    return []
