"""Asks for raw memory."""

import ctypes


def bot_main(data):
    return [ctypes.string_at(0, 16)]
