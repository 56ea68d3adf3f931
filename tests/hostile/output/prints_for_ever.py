"""Prints until it is stopped."""


def bot_main(data):
    while True:
        print("spam, spam, spam, spam")
