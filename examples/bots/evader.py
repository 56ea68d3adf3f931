"""Never stays where the enemy aims: flies across its line of fire, and turns in to shoot when the
enemy looks away.

Teaches: a ship only sees what is ahead of it, 60 degrees to either side, so the evader keeps the
enemy at the edge of its own view. The enemy's `angle` tells where its bow points.
"""

from math import atan2, pi

from spacecode import *

EDGE = 0.8  # bearing at which the evader keeps the enemy, in radians


def turn_to(bearing, ship):
    """LEFT, RIGHT or nothing, so that the bow comes to rest on the bearing."""
    still_to_go = angle_difference(bearing, 9 * ship["spin"])
    if still_to_go > 0.04:
        return [LEFT]
    if still_to_go < -0.04:
        return [RIGHT]
    return []


def fly_to(bearing, ship):
    """Turns to the bearing, with thrust as soon as the bow points there roughly."""
    return turn_to(bearing, ship) + ([FORWARD] if abs(bearing) < 0.8 else [])


def bot_main(input_data):
    state = input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    if star["distance"] < 120:
        away = angle_difference(star["bearing"], pi)
        return {"actions": fly_to(away, ship), "debug_info": {"why": "hot"}}
    if not enemy:
        # Round the star, with the star on the right.
        course = angle_difference(star["bearing"], -atan2(150, star["distance"] - 220))
        return {"actions": fly_to(course, ship), "debug_info": {"why": "search"}}

    # By how much the enemy's bow misses this ship.
    from_enemy = ship["angle"] + enemy["bearing"] + pi
    in_danger = abs(angle_difference(from_enemy, enemy["angle"])) < 0.35
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
