"""Keys that cannot be told apart, and a name that runs code."""


class Key(str):
    def __repr__(self):
        raise SystemExit(5)


def bot_main(data):
    return {"actions": [], "debug_info": {Key("a"): {Key("b"): {1: object()}}, (1, 2): 3}}
