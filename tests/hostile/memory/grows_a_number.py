"""A number that doubles its length with every step."""


def bot_main(data):
    number = 3
    while True:
        number *= number
