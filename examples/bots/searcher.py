"""Finds the enemy: flies a round of lookouts, sweeps at each, and remembers what it saw.

Teaches: the view is limited, so knowing where to look is half the battle. What was seen is
remembered and moved on by its velocity; a hit from behind says where to look, too.
"""

from math import atan2, hypot, pi

from spacecode import *

LOOKOUTS = [(220, 220), (-220, 220), (-220, -220), (220, -220)]
goal = None  # number of the lookout it flies to
sweep = 0  # ticks of looking round that are left
memory = None  # the enemy when it was last in sight, and the tick


def wrap(angle):
    """The same angle between -pi and pi."""
    return (angle + pi) % (2 * pi) - pi


def turn_to(bearing, ship):
    still_to_go = wrap(bearing - 9 * ship["spin"])
    if still_to_go > 0.03:
        return [LEFT]
    if still_to_go < -0.03:
        return [RIGHT]
    return []


def bearing_of(x, y, ship):
    """The bearing of a point of the arena."""
    return wrap(atan2(y - ship["y"], x - ship["x"]) - ship["angle"])


def attack(state):
    """Shoots at where the enemy will be."""
    ship, enemy = state["ship"], state["enemy"]
    ticks = enemy["distance"] / state["arena"]["shot_speed"]
    x = enemy["x"] + (enemy["vx"] - ship["vx"]) * ticks
    y = enemy["y"] + (enemy["vy"] - ship["vy"]) * ticks
    bearing = bearing_of(x, y, ship)
    actions = turn_to(bearing, ship)
    if abs(bearing) < 12 / enemy["distance"]:
        actions.append(SHOOT)
    return actions


def patrol(ship):
    """Flies to the next lookout, keeping to the round, and looks about there."""
    global goal, sweep
    if sweep > 0:
        sweep -= 1
        return [LEFT]
    if goal is None:
        distances = [hypot(x - ship["x"], y - ship["y"]) for x, y in LOOKOUTS]
        goal = distances.index(min(distances))
    x, y = LOOKOUTS[goal]
    if hypot(x - ship["x"], y - ship["y"]) < 60:
        goal = (goal + 1) % len(LOOKOUTS)
        sweep = 70
        return [LEFT]
    # Aiming off against the own drift brings the ship there in a straight line.
    bearing = bearing_of(x - 20 * ship["vx"], y - 20 * ship["vy"], ship)
    actions = turn_to(bearing, ship)
    if abs(bearing) < 0.6:
        actions.append(FORWARD)
    return actions


def bot_main(input_data):
    global memory
    now, state = input_data["time_step"], input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    for hit in state["hits"]:
        if hit["by"] == "shot" and not enemy:
            angle = ship["angle"] + hit["bearing"]
            memory = None
    if enemy:
        memory = dict(enemy, seen=now)
    if star["distance"] < 110:
        away = wrap(star["bearing"] + pi)
        return {"actions": turn_to(away, ship) + [FORWARD] * (abs(away) < 1), "debug_info": {"why": "hot"}}
    if enemy:
        return {"actions": attack(state), "debug_info": {"why": "attack"}}
    if memory and now - memory["seen"] < 50:
        age = now - memory["seen"]
        bearing = bearing_of(memory["x"] + memory["vx"] * age, memory["y"] + memory["vy"] * age, ship)
        return {"actions": turn_to(bearing, ship), "debug_info": {"why": "remembers"}}
    return {"actions": patrol(ship), "debug_info": {"why": "patrol"}}
