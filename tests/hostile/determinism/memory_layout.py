"""Steers by how large a block the memory still holds, to the byte: one question per turn."""

LEAST, MOST = 0, 40 << 20


def bot_main(data):
    global LEAST, MOST
    size = (LEAST + MOST) // 2
    try:
        bytearray(size)
        LEAST = size
    except MemoryError:
        MOST = size
    return {"actions": [("LEFT", "RIGHT")[LEAST & 1]], "debug_info": [LEAST, MOST]}
