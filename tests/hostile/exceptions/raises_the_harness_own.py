"""Raises the harness's own exceptions, with a kind that does not exist."""

import sys


def bot_main(data):
    faults = sys.modules["arena_harness.faults"]
    fault = faults.BotFault("winner", "x" * 100_000, "y" * 100_000)
    fault.kind = "winner"
    fault.message = ["no text"]
    raise fault
