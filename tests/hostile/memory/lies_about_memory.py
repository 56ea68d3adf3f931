"""Claims to be out of memory, which only the host can know."""


def bot_main(data):
    raise MemoryError("believe me")
