"""Leaves politely."""

import sys


def bot_main(data):
    sys.exit("no reason")
