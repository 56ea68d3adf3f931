"""Fills its log in small steps and goes on."""


def bot_main(data):
    for _ in range(200):
        print("y" * 100)
    return []
