"""Asks for more than there can ever be, in one piece."""


def bot_main(data):
    return [bytearray((1 << 31) - 64)]
