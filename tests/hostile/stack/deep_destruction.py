"""A chain of a million objects that is freed from one end."""


class Link:
    def __init__(self, behind):
        self.behind = behind

    def __del__(self):
        pass


def bot_main(data):
    chain = None
    for _ in range(40_000):
        chain = Link(chain)
    del chain
    return []
