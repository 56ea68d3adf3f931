"""The module that crashes interpreters for tests."""

import faulthandler


def bot_main(data):
    faulthandler._sigsegv()
    return []
