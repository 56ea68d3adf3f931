"""A reply of more bytes than may cross from guest to host at all."""


def bot_main(data):
    return {"actions": [], "debug_info": "x" * (17 << 20)}
