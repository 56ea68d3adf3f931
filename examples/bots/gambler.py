"""Bets on a tactic, and learns during the match which of them pays.

Teaches: module variables live for the whole match, and `random` is seeded by the match: played
again, it draws the same numbers. This bot uses the older form of the entry point.
"""

from math import pi
from random import choice, choices, randint

from spacecode import *

stakes = {"charge": 1.0, "snipe": 1.0, "dodge": 1.0}  # the better a tactic did, the likelier
tactic = "snipe"
until = 0  # the tick at which the bet is settled
hulls = (100, 100)  # own and enemy hull when the bet was placed
turn = (LEFT, 0)  # which way it turns while it sees nobody, and until which tick


def turn_to(bearing, ship):
    """LEFT, RIGHT or nothing, so that the bow comes to rest on the bearing."""
    still_to_go = angle_difference(bearing, 9 * ship["spin"])
    if still_to_go > 0.04:
        return [LEFT]
    if still_to_go < -0.04:
        return [RIGHT]
    return []


def settle(now, own, other):
    """Pays out the old bet, and places a new one."""
    global tactic, until, hulls
    won = (hulls[1] - other) - (hulls[0] - own)
    stakes[tactic] = min(8.0, max(0.25, stakes[tactic] * 1.05**won))
    tactic = choices(list(stakes), list(stakes.values()))[0]
    until = now + randint(40, 80)
    hulls = (own, other)


def wander(now, ship):
    """Straight on until there is a wall, then a turn by chance."""
    global turn
    if ship["wall_ahead"] < 100 and now > turn[1] + 20:
        turn = (choice([LEFT, RIGHT]), now + randint(15, 70))
    return [turn[0]] if now < turn[1] else [FORWARD]


def play(input_data):
    now, state = input_data["time_step"], input_data["game_state"]
    ship, enemy, star = state["ship"], state["enemy"], state["star"]
    if now >= until:
        settle(now, ship["hull"], enemy["hull"] if enemy else hulls[1])

    info = {"why": tactic, "stakes": stakes}
    if star["distance"] < 110:
        away = angle_difference(star["bearing"], pi)
        actions = turn_to(away, ship) + ([FORWARD] if abs(away) < 1 else [])
        return {"actions": actions, "debug_info": info}
    if not enemy:
        return {"actions": wander(now, ship), "debug_info": info}

    bearing = enemy["bearing"]
    if tactic == "dodge":
        bearing += 0.7 if bearing < 0 else -0.7
    actions = turn_to(bearing, ship)
    if abs(enemy["bearing"]) < 14 / enemy["distance"]:
        actions.append(SHOOT)
    if tactic != "snipe" and abs(star["bearing"]) > 0.4:
        actions.append(FORWARD)
    return {"actions": actions, "debug_info": info}


def main():
    return play(get_input_data())
