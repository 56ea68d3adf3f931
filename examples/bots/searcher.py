"""Finds the enemy: flies from lookout to lookout, and remembers what it saw and what hit it.

Teaches: the view is limited, so knowing where to look is half the battle. An enemy that was seen
is remembered, and moved on by its velocity; a shot in the back tells where to look, too.
"""

from math import atan2, cos, hypot, pi, sin

from spacecode import *

LOOKOUTS = [(200, 200), (-200, 200), (-200, -200), (200, -200)]
goal = None  # number of the lookout that is next
sweep = 0  # ticks of looking round that are left
trace = None  # where the enemy should be: {"x", "y", "vx", "vy", "seen"}


def turn_to(bearing, ship):
    """LEFT, RIGHT or nothing, so that the bow comes to rest on the bearing."""
    still_to_go = angle_difference(bearing, 9 * ship["spin"])
    if still_to_go > 0.03:
        return [LEFT]
    if still_to_go < -0.03:
        return [RIGHT]
    return []


def fly_to(bearing, ship):
    """Turns to the bearing, with thrust as soon as the bow points there roughly."""
    return turn_to(bearing, ship) + ([FORWARD] if abs(bearing) < 0.6 else [])


def bearing_of(x, y, ship):
    """The bearing of a point of the arena."""
    return angle_difference(atan2(y - ship["y"], x - ship["x"]), ship["angle"])


def remember(now, ship, enemy, hits):
    """Keeps the freshest trace of the enemy."""
    global trace
    if enemy:
        trace = dict(enemy, seen=now)
        return
    for hit in hits:
        if hit["by"] == "shot":
            angle = ship["angle"] + hit["bearing"]
            x, y = ship["x"] + 200 * cos(angle), ship["y"] + 200 * sin(angle)
            trace = {"x": x, "y": y, "vx": 0, "vy": 0, "seen": now}


def attack(ship, enemy, shot_speed):
    """Shoots at where the enemy will be."""
    ticks = enemy["distance"] / shot_speed
    x = enemy["x"] + (enemy["vx"] - ship["vx"]) * ticks
    y = enemy["y"] + (enemy["vy"] - ship["vy"]) * ticks
    bearing = bearing_of(x, y, ship)
    actions = turn_to(bearing, ship)
    # With energy to spare, a shot that may miss is better than none.
    width = 25 if ship["energy"] > 150 else 12
    if abs(bearing) < width / enemy["distance"]:
        actions.append(SHOOT)
    if enemy["distance"] > 220:
        actions.append(FORWARD)
    return actions


def patrol(ship):
    """Flies to the next lookout, and looks round there."""
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
        sweep = 60
    # Aiming off against the drift brings the ship there in a straight line.
    return fly_to(bearing_of(x - 20 * ship["vx"], y - 20 * ship["vy"], ship), ship)


def bot_main(input_data):
    now, state = input_data["time_step"], input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    remember(now, ship, enemy, state["hits"])
    if star["distance"] < 110:
        away = angle_difference(star["bearing"], pi)
        return {"actions": fly_to(away, ship), "debug_info": {"why": "hot"}}
    if enemy:
        actions = attack(ship, enemy, state["arena"]["shot_speed"])
        return {"actions": actions, "debug_info": {"why": "attack"}}
    if trace and now - trace["seen"] < 60:
        age = now - trace["seen"]
        bearing = bearing_of(trace["x"] + trace["vx"] * age, trace["y"] + trace["vy"] * age, ship)
        return {"actions": turn_to(bearing, ship), "debug_info": {"why": "remember"}}
    return {"actions": patrol(ship), "debug_info": {"why": "patrol"}}
