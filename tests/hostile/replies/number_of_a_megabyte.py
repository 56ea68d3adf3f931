"""An integer whose digits fill a megabyte."""


def bot_main(data):
    return [10**1_000_000]
