"""Orbits the star, and shoots at what comes into its sights on the way.

Teaches: a ship that moves is hard to hit. The course is a mixture of two directions, across the
line to the star and along it, the second to stay at a distance.
"""

from math import atan2, pi

from spacecode import *

ORBIT = 230  # distance from the star, in units


def wrap(angle):
    """The same angle between -pi and pi."""
    return (angle + pi) % (2 * pi) - pi


def turn_to(bearing, ship):
    still_to_go = wrap(bearing - 9 * ship["spin"])
    if still_to_go > 0.05:
        return [LEFT]
    if still_to_go < -0.05:
        return [RIGHT]
    return []


def bot_main(input_data):
    state = input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    if enemy and ship["energy"] >= 30:
        actions = turn_to(enemy["bearing"], ship)
        if abs(enemy["bearing"]) < 0.1:
            actions.append(SHOOT)
        return {"actions": actions, "debug_info": {"why": "aiming"}}

    too_far = (star["distance"] - ORBIT) / 100
    course = star["bearing"] - atan2(1, too_far)  # the star stays on the left
    actions = turn_to(wrap(course), ship)
    speed = (ship["vx"] ** 2 + ship["vy"] ** 2) ** 0.5
    if abs(wrap(course)) < 0.5 and speed < 4:
        actions.append(FORWARD)
    return {"actions": actions, "debug_info": {"why": "orbit", "too_far": too_far}}
