"""An exit code that is an object with a loop in its text."""


class Code:
    def __repr__(self):
        while True:
            pass

    __str__ = __repr__


def bot_main(data):
    raise SystemExit(Code())
