"""Charges: flies at the enemy as fast as it can, bow first, and fires at close quarters.

Teaches: `bearing` is the angle from where the bow points to a thing, positive to the left. Ships
that collide are both damaged, but one that hits with its bow takes only a part of it. And where
to fly when nobody is in sight: straight on until there is a wall.
"""

from spacecode import *

turning = False  # away from a wall

def turn_to(bearing, ship):
    """LEFT, RIGHT or nothing, so that the bow comes to rest on the bearing."""
    still_to_go = bearing - 9 * ship["spin"]  # without torque, the spin would add up to this
    if still_to_go > 0.05:
        return [LEFT]
    if still_to_go < -0.05:
        return [RIGHT]
    return []


def wander(ship):
    """Straight on until there is a wall, then a turn until there is none for a long way."""
    global turning
    turning = ship["wall_ahead"] < (350 if turning else 120)
    return [LEFT] if turning else [FORWARD]


def bot_main(input_data):
    state = input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    if star["distance"] < 110 and abs(star["bearing"]) < 1.5:
        return {"actions": [LEFT, FORWARD], "debug_info": {"why": "hot"}}
    if not enemy:
        return {"actions": wander(ship), "debug_info": {"why": "wander"}}

    actions = turn_to(enemy["bearing"], ship)
    if abs(enemy["bearing"]) < 0.5:
        actions.append(FORWARD)
    if abs(enemy["bearing"]) < 0.3 and enemy["distance"] < 60:
        actions.append(SHOOT)
    return {"actions": actions, "debug_info": {"why": "charge", "distance": enemy["distance"]}}
