"""Renames its code to files that are not there, or not its own."""


def raiser():
    raise ValueError("where am I?")


def bot_main(data):
    code = raiser.__code__
    raiser.__code__ = code.replace(co_filename="\x1b[2J/etc/passwd", co_name="\x1b[31m", co_firstlineno=2**31 - 1)
    raiser()
