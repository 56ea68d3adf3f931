"""Answers every turn with what it was asked."""

import json


def bot_main(data):
    return {"actions": [], "debug_info": json.dumps(data)}
