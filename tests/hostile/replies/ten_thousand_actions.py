"""More actions than a ship has."""


def bot_main(data):
    return ["FORWARD"] * 5_000
