"""One multiplication of numbers with a million digits each."""


def bot_main(data):
    number = 10**1_000_000
    return [len(bin(number * number))]
