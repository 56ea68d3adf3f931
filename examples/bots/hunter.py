"""Leads its shots: aims at where the enemy will be when the shot arrives.

Teaches: a shot takes its time, and keeps the velocity of the ship that fired it. So all that
counts is the enemy's motion relative to the own ship. When the enemy is out of sight, the hunter
turns to where it should be by now, and only then goes on patrol.
"""

from math import atan2, hypot, pi

from spacecode import *

RANGE = 220  # favourite distance to the enemy, in units
last = None  # the enemy when it was last in sight: (time_step, x, y, vx, vy)


def turn_to(bearing, ship, drift=0):
    """LEFT, RIGHT or nothing, so that the bow comes to rest on the bearing, and follows it if it
    drifts by so many radians per tick."""
    still_to_go = angle_difference(bearing, 9 * (ship["spin"] - drift))
    if still_to_go > 0.03:
        return [LEFT]
    if still_to_go < -0.03:
        return [RIGHT]
    return []


def fly_to(bearing, ship):
    """Turns to the bearing, with thrust as soon as the bow points there roughly."""
    return turn_to(bearing, ship) + ([FORWARD] if abs(bearing) < 0.8 else [])


def aim(ship, enemy, shot_speed):
    """The bearing to shoot at, and by how much it drifts per tick."""
    x, y = enemy["x"] - ship["x"], enemy["y"] - ship["y"]
    vx, vy = enemy["vx"] - ship["vx"], enemy["vy"] - ship["vy"]
    ticks = 0
    for _ in range(3):  # each guess of the time of flight is better than the one before
        ticks = hypot(x + vx * ticks, y + vy * ticks) / shot_speed
    bearing = angle_difference(atan2(y + vy * ticks, x + vx * ticks), ship["angle"])
    return bearing, (x * vy - y * vx) / (x * x + y * y)


def round_star(ship, star):
    """Flies round the star, with the star on the right."""
    return fly_to(angle_difference(star["bearing"], -atan2(150, star["distance"] - 200)), ship)


def search(now, ship, star):
    """Looks where the enemy should be, then all round, then from elsewhere."""
    if last and now - last[0] < 60:
        then, x, y, vx, vy = last
        x, y = x + vx * (now - then) - ship["x"], y + vy * (now - then) - ship["y"]
        return turn_to(angle_difference(atan2(y, x), ship["angle"]), ship)
    return [LEFT] if now % 160 < 90 else round_star(ship, star)


def attack(ship, enemy, star, shot_speed):
    """Keeps the bow where a shot would hit, and shoots."""
    bearing, drift = aim(ship, enemy, shot_speed)
    actions = turn_to(bearing, ship, drift)
    if abs(bearing) < 14 / enemy["distance"]:
        actions.append(SHOOT)
    if enemy["distance"] > RANGE and (star["distance"] > 180 or abs(star["bearing"]) > 0.8):
        actions.append(FORWARD)
    return actions


def bot_main(input_data):
    global last
    now, state = input_data["time_step"], input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]

    if enemy:
        last = now, enemy["x"], enemy["y"], enemy["vx"], enemy["vy"]
    if star["distance"] < 110:
        why, actions = "hot", fly_to(angle_difference(star["bearing"], pi), ship)
    elif not enemy:
        why, actions = "search", search(now, ship, star)
    elif star["distance"] < enemy["distance"] and abs(star["bearing"] - enemy["bearing"]) < 0.3:
        why, actions = "star in the way", round_star(ship, star)
    else:
        why, actions = "attack", attack(ship, enemy, star, state["arena"]["shot_speed"])
    return {"actions": actions, "debug_info": {"why": why}}
