"""Charges: flies at the enemy as fast as it can, bow first, and fires at close quarters.

Teaches: `bearing` is the angle from where the bow points to a thing, positive to the left. Ships
that collide are both damaged, but one that hits with its bow takes only a part of it. And where
to fly when nobody is in sight: from wall to wall.
"""

from math import pi

from spacecode import *

turning = False  # back from a wall

def turn_to(bearing, ship):
    """LEFT, RIGHT or nothing, so that the bow comes to rest on the bearing."""
    still_to_go = bearing - 9 * ship["spin"]  # without torque, the spin would add up to this
    if still_to_go > 0.05:
        return [LEFT]
    if still_to_go < -0.05:
        return [RIGHT]
    return []


def wander(ship, star):
    """Straight on until there is a wall, then back past the star."""
    global turning
    turning = ship["wall_ahead"] < 120 or turning and abs(star["bearing"]) > 0.6
    return [LEFT] if turning else [FORWARD]


def bot_main(input_data):
    state = input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    if star["distance"] < 120:
        away = angle_difference(star["bearing"], pi)
        actions = turn_to(away, ship) + ([FORWARD] if abs(away) < 1.5 else [])
        return {"actions": actions, "debug_info": {"why": "hot"}}
    if not enemy:
        return {"actions": wander(ship, star), "debug_info": {"why": "wander"}}

    actions = turn_to(enemy["bearing"], ship)
    if abs(enemy["bearing"]) < 0.5:
        actions.append(FORWARD)
    if abs(enemy["bearing"]) < 0.3 and enemy["distance"] < 60:
        actions.append(SHOOT)
    return {"actions": actions, "debug_info": {"why": "charge", "distance": enemy["distance"]}}
