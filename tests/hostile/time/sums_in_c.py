"""An endless loop inside one C function, which no Python-level hook could stop."""


def bot_main(data):
    return [sum(range(10**12))]
