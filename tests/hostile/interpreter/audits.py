"""Installs an audit hook, which can never be removed, and fails in it: from then on even in reading what it
is shown."""

import sys


def hook(event, arguments):
    raise RuntimeError(event)


def bot_main(data):
    sys.addaudithook(hook)
    return ["FORWARD"]
