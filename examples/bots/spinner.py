"""Turns on the spot like a lighthouse, and shoots as long as it sees the enemy.

Teaches: `enemy` is None while the other ship is out of sight; a ship keeps turning for a while
after LEFT, so watch `spin`; and the star pulls whoever does not fly.
"""

from spacecode import *


def bot_main(input_data):
    state = input_data["game_state"]
    actions = []
    if state["ship"]["spin"] < 0.03:
        actions.append(LEFT)
    if abs(state["star"]["bearing"]) > 2:
        actions.append(FORWARD)  # away from the star
    if state["enemy"]:
        actions.append(SHOOT)
    return {"actions": actions, "debug_info": {"sees": bool(state["enemy"])}}
