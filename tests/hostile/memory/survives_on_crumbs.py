"""Fills memory, catches the error, drops everything and plays on as if nothing had happened."""


def bot_main(data):
    kept = []
    try:
        while True:
            kept.append(bytearray(1 << 20))
    except MemoryError:
        del kept
    return []
