"""Replaces what every Python program relies on."""

import builtins


def bot_main(data):
    for name in ("len", "type", "isinstance", "issubclass", "str", "list", "dict", "repr", "iter", "BaseException"):
        setattr(builtins, name, None)
    return ["FORWARD"]
