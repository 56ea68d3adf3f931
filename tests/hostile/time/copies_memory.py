"""Moves megabytes per instruction: the most work per unit of fuel that bulk copies can give."""

BLOCK = bytes(16 << 20)


def bot_main(data):
    while True:
        bytearray(BLOCK)
