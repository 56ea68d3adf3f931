"""Looks at a few fields and does a little trigonometry, as most bots do."""

import math

from spacecode import FORWARD, LEFT, RIGHT, SHOOT, angle_difference


def bot_main(input_data):
    state = input_data["game_state"]
    ship, enemy = state["ship"], state["enemy"]
    if enemy:
        turn = angle_difference(ship["angle"] + enemy["bearing"], ship["angle"])
        far = math.hypot(enemy["x"] - ship["x"], enemy["y"] - ship["y"])
    else:
        turn = angle_difference(math.atan2(-ship["y"], -ship["x"]), ship["angle"])
        far = 0.0
    actions = [FORWARD, LEFT if turn > 0 else RIGHT]
    if enemy and abs(turn) < 0.1 and far < 400:
        actions.append(SHOOT)
    return {"actions": actions}
