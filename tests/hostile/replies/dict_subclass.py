"""A dictionary that gives another answer each time it is asked."""


class Fickle(dict):
    asked = 0

    def __getitem__(self, key):
        Fickle.asked += 1
        return ["FORWARD"] * Fickle.asked

    def get(self, key, default=None):
        return self

    def items(self):
        while True:
            yield ("actions", ["SHOOT"])

    def __len__(self):
        return 1 << 62

    def __iter__(self):
        return iter(("actions", "actions"))


def bot_main(data):
    return Fickle(actions=["LEFT"])
