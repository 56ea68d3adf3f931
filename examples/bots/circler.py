"""Orbits the star, and turns to shoot at whoever comes near on the way.

Teaches: how to hold a course. It is a mixture of two directions: along the orbit, and towards the
star or away from it, the more so the further the ship is from where it should be.
"""

from math import atan2

from spacecode import *

ORBIT = 200  # distance from the star, in units


def turn_to(bearing, ship):
    """LEFT, RIGHT or nothing, so that the bow comes to rest on the bearing."""
    still_to_go = angle_difference(bearing, 9 * ship["spin"])
    if still_to_go > 0.05:
        return [LEFT]
    if still_to_go < -0.05:
        return [RIGHT]
    return []


def bot_main(input_data):
    state = input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    is_near = enemy and enemy["distance"] < 300
    if is_near and ship["energy"] >= 30 and star["distance"] > 110:
        actions = turn_to(enemy["bearing"], ship)
        if abs(enemy["bearing"]) < 0.1:
            actions.append(SHOOT)
        return {"actions": actions, "debug_info": {"why": "aiming"}}

    too_far = (star["distance"] - ORBIT) / 100
    course = angle_difference(star["bearing"], atan2(1, too_far))  # the star stays on the left
    actions = turn_to(course, ship)
    speed = (ship["vx"] ** 2 + ship["vy"] ** 2) ** 0.5
    if abs(course) < 0.5 and speed < 4:
        actions.append(FORWARD)
    return {"actions": actions, "debug_info": {"why": "orbit", "too_far": too_far}}
