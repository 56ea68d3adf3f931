"""An exception that `except Exception` does not catch."""


class Elemental(BaseException):
    pass


def bot_main(data):
    raise Elemental("still caught?")
