"""Shared memory, to talk to whoever else maps it."""


def bot_main(data):
    import mmap

    return [mmap.mmap(-1, 4096)]
