"""Deletes its own entry point, and itself."""

import sys


def bot_main(data):
    return []


del bot_main
sys.modules.pop("bot")
