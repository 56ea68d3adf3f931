"""Leads its shots: aims at where the enemy will be when the shot arrives.

Teaches: a shot takes its time, and keeps the velocity of the ship that fired it. So all that
counts is the enemy's motion relative to the own ship. When the enemy is out of sight, the hunter
turns to where it should be by now.
"""

from math import atan2, hypot, pi

from spacecode import *

RANGE = 160  # favourite distance to the enemy, in units
last = None  # the enemy when it was last in sight: (time_step, x, y, vx, vy)
side = LEFT  # which way to turn when there is no trace of it


def wrap(angle):
    """The same angle between -pi and pi."""
    return (angle + pi) % (2 * pi) - pi


def turn_to(bearing, ship):
    """Turns the bow towards a bearing, braking early enough to stop there."""
    still_to_go = bearing - 9 * ship["spin"]
    if still_to_go > 0.03:
        return [LEFT]
    if still_to_go < -0.03:
        return [RIGHT]
    return []


def aim(ship, enemy, shot_speed):
    """The bearing to shoot at."""
    x, y = enemy["x"] - ship["x"], enemy["y"] - ship["y"]
    vx, vy = enemy["vx"] - ship["vx"], enemy["vy"] - ship["vy"]
    ticks = 0
    for _ in range(3):  # each guess of the time of flight is better than the one before
        ticks = hypot(x + vx * ticks, y + vy * ticks) / shot_speed
    return wrap(atan2(y + vy * ticks, x + vx * ticks) - ship["angle"])


def search(now, ship):
    """Turns to where the enemy should be, or to where the last shot came from."""
    if last and now - last[0] < 60:
        then, x, y, vx, vy = last
        x, y = x + vx * (now - then) - ship["x"], y + vy * (now - then) - ship["y"]
        return turn_to(wrap(atan2(y, x) - ship["angle"]), ship)
    return [side]


def bot_main(input_data):
    global last, side
    now, state = input_data["time_step"], input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    for hit in state["hits"]:
        if hit["by"] == "shot":
            side = LEFT if hit["bearing"] > 0 else RIGHT
    if star["distance"] < 110:  # too hot here
        away = wrap(star["bearing"] + pi)
        actions = turn_to(away, ship)
        if abs(away) < 1:
            actions.append(FORWARD)
        return {"actions": actions, "debug_info": {"why": "hot"}}
    if not enemy:
        actions = search(now, ship)
        if ship["wall_ahead"] > 150 and abs(star["bearing"]) > 0.6:
            actions.append(FORWARD)
        return {"actions": actions, "debug_info": {"why": "lost"}}

    last = now, enemy["x"], enemy["y"], enemy["vx"], enemy["vy"]
    side = LEFT if enemy["bearing"] > 0 else RIGHT
    bearing = aim(ship, enemy, state["arena"]["shot_speed"])
    actions = turn_to(bearing, ship)
    if abs(bearing) < 14 / enemy["distance"]:
        actions.append(SHOOT)
    if enemy["distance"] > RANGE and abs(star["bearing"]) > 0.4:
        actions.append(FORWARD)
    return {"actions": actions, "debug_info": {"why": "attack", "bearing": bearing}}
