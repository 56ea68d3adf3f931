"""A message of halves of characters."""


def bot_main(data):
    raise ValueError("\udc9b\ud800" * 100)
