"""Asks for raw memory by the name of the module beneath."""


def bot_main(data):
    import _ctypes

    return [_ctypes]
