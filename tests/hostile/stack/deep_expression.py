"""One expression of a hundred thousand minus signs."""


def bot_main(data):
    return [eval("-" * 100_000 + "1")]
