"""A sort whose comparisons never come to an end."""


class Endless:
    def __lt__(self, other):
        while True:
            pass


def bot_main(data):
    return sorted([Endless(), Endless()])
