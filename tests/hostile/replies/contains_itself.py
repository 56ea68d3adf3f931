"""A list that is its own first element."""


def bot_main(data):
    loop = []
    loop.append(loop)
    return loop
