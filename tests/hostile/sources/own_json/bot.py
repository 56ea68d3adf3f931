"""Brings modules named like those that the harness needs."""

import json


def bot_main(data):
    assert json.MINE
    return ["FORWARD"]
