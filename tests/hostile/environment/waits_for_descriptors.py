"""Waits for something to read, without a limit."""


def bot_main(data):
    import select

    return [select.select([0], [], [])]
