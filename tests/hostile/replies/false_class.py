"""An object that says that it is a list."""


class Pretender:
    @property
    def __class__(self):
        return list

    def __iter__(self):
        return iter(["FORWARD"])

    def __len__(self):
        return 1


def bot_main(data):
    return Pretender()
