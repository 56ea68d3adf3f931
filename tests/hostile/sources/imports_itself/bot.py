"""Runs itself again and again, each time under another name."""

import importlib
import sys


def bot_main(data):
    return []


while True:
    for name in ("bot", "bot2"):
        sys.modules.pop(name, None)
    importlib.import_module("bot2")
