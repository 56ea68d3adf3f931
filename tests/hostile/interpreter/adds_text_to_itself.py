"""The same bug of CPython by another way: text that doubles until memory is full."""


def bot_main(data):
    text = "x"
    while True:
        text = text + text
