"""Runs bytes as instructions that no compiler would write."""


def victim():
    return 1


def bot_main(data):
    victim.__code__ = victim.__code__.replace(co_code=bytes(range(256)) * 4, co_stacksize=1)
    return victim()
