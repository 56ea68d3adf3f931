"""Leaves no room for whoever has to write the report."""

KEPT = []


def bot_main(data):
    for size in (1 << 20, 1 << 15, 1 << 12):
        try:
            while True:
                KEPT.append(bytearray(size))
        except MemoryError:
            pass
    raise ValueError("and now?")
