"""Ten thousand actions that are no text at all."""


def bot_main(data):
    return [0] * 10_000
