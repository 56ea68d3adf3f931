"""Closes its streams, with and without their descriptors."""

import os
import sys


def bot_main(data):
    sys.stdout.close()
    sys.stderr.detach()
    os.close(1)
    os.close(2)
    return ["FORWARD"]
