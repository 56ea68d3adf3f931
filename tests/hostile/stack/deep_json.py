"""JSON of a depth that no parser likes."""

import json
import sys

sys.setrecursionlimit(2**31 - 1)


def bot_main(data):
    return json.loads("[" * 1_000_000)
