"""Steers by the addresses of objects, by hashes and by the order of sets."""

import sys


def bot_main(data):
    number = id(object()) ^ id(data) ^ hash("text") ^ hash(object()) ^ sys.getrefcount(None)
    first = next(iter({"LEFT", "RIGHT", "FORWARD", "SHOOT"}))
    return {"actions": [first, ("LEFT", "RIGHT")[number >> 4 & 1]], "debug_info": number}
