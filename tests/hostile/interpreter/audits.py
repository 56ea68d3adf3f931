"""Installs an audit hook, which can never be removed, and fails in it."""

import sys


def hook(event, arguments):
    raise RuntimeError(event)


def bot_main(data):
    sys.addaudithook(hook)
    return ["FORWARD"]
