"""A text whose looks and whose contents differ."""


class Sly(str):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash("SHOOT")

    def __str__(self):
        return "SHOOT"

    def __len__(self):
        return -1


def bot_main(data):
    return [Sly("CHEAT")]
