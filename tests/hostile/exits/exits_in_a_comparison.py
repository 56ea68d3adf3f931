"""Raises SystemExit where nobody expects an exception: while its reply is looked at."""


class Sly(str):
    def __eq__(self, other):
        raise SystemExit(9)

    __hash__ = str.__hash__


class Reply(dict):
    def __contains__(self, key):
        raise SystemExit(9)


def bot_main(data):
    return Reply({Sly("actions"): []})
