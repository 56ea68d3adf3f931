"""Text that doubles with every step."""


def bot_main(data):
    text = "x"
    while True:
        text = text + text
