"""A list that never ends when it is walked through."""


class Endless(list):
    def __iter__(self):
        while True:
            yield "FORWARD"

    def __len__(self):
        return 1


def bot_main(data):
    return Endless(["FORWARD"])
