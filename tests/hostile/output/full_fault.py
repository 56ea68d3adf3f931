"""The longest message, the longest traceback and the longest log in one turn."""


def bot_main(data):
    print("l" * (64 * 1024))
    raise ValueError("m" * 20_000)
