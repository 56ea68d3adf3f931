"""Catches the MemoryError and tries again until the fuel is gone."""


def bot_main(data):
    while True:
        try:
            bytearray(1 << 30)
        except MemoryError:
            pass
