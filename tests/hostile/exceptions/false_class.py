"""An exception that claims to be of another class, and a traceback that is none."""


class Liar(Exception):
    __class__ = SystemExit
    __traceback__ = "none"
    __cause__ = "none"
    args = None

    @property
    def __context__(self):
        raise KeyboardInterrupt


def bot_main(data):
    raise Liar("who, me?")
