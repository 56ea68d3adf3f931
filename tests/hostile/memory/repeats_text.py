"""Text that gets a thousand times longer with every step."""


def bot_main(data):
    text = "x"
    while True:
        text = text * 1_000
