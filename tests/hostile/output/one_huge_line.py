"""A line of ten megabytes."""


def bot_main(data):
    print("x" * 10_000_000)
    return []
