"""An exception that cannot be turned into text."""


class Mute(Exception):
    def __str__(self):
        raise SystemExit(1)

    __repr__ = __str__


def bot_main(data):
    raise Mute
