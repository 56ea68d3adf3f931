"""Never stays where the enemy aims: circles round it, and turns in to shoot when it looks away.

Teaches: a ship only sees what is ahead of it, 60 degrees to either side. So the evader flies
across with the enemy at the edge of its own view. The enemy's `angle` tells where its bow points.
"""

from math import pi

from spacecode import *

EDGE = 0.8  # bearing at which the evader keeps the enemy, in radians


def wrap(angle):
    """The same angle between -pi and pi."""
    return (angle + pi) % (2 * pi) - pi


def turn_to(bearing, ship):
    still_to_go = wrap(bearing - 9 * ship["spin"])
    if still_to_go > 0.04:
        return [LEFT]
    if still_to_go < -0.04:
        return [RIGHT]
    return []


def bot_main(input_data):
    state = input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    if star["distance"] < 120:
        away = wrap(star["bearing"] + pi)
        return {"actions": turn_to(away, ship) + [FORWARD] * (abs(away) < 1), "debug_info": {"why": "hot"}}
    if not enemy:
        actions = [LEFT]
        if ship["wall_ahead"] > 150 and abs(star["bearing"]) > 0.6:
            actions.append(FORWARD)
        return {"actions": actions, "debug_info": {"why": "lost"}}

    # The angle by which the enemy's bow misses this ship.
    sight = ship["angle"] + enemy["bearing"]
    in_danger = abs(wrap(sight + pi - enemy["angle"])) < 0.35
    if not in_danger or abs(enemy["bearing"]) < 0.15:
        actions = turn_to(enemy["bearing"], ship)
        if abs(enemy["bearing"]) < 12 / enemy["distance"]:
            actions.append(SHOOT)
        return {"actions": actions, "debug_info": {"why": "turn in"}}
    side = 1 if enemy["bearing"] > 0 else -1
    actions = turn_to(enemy["bearing"] - side * EDGE, ship)
    if ship["wall_ahead"] > 60:
        actions.append(FORWARD)
    return {"actions": actions, "debug_info": {"why": "evade"}}
