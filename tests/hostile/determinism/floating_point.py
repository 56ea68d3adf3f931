"""Steers by the last bits of functions that differ between machines."""

import math


def bot_main(data):
    x = data["game_state"]["ship"]["x"] * 1e10
    values = [math.sin(x), math.exp(math.sin(x)), math.gamma(abs(math.cos(x)) * 20 + 1), math.tan(x), abs(x) ** 0.333]
    sign = math.copysign(1, float("inf") - float("inf"))
    last_bit = int(values[0] * 2**60) & 1
    return {"actions": [("LEFT", "RIGHT")[last_bit]], "debug_info": [*map(float.hex, values), sign]}
