"""A reply of as many bytes as memory holds."""


def bot_main(data):
    return {"actions": [], "debug_info": "x" * (8 << 20)}
