"""Hopes that its randomness tells something of the seed of the game or of the other seat."""

import random


def bot_main(data):
    return {"actions": [random.choice(("LEFT", "RIGHT"))], "debug_info": [random.getstate()[1][:4], random.random()]}
