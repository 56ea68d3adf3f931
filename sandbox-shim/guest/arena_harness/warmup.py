"""Pays one-time costs before there is a bot.

Runs while python.wasm is built, and again in the process that bots are forked from, where it
touches the memory that every bot touches. However often it runs, a bot cannot tell.
"""

import gc
import json
import linecache
import marshal
import random
import re

from arena_harness.faults import BotFault
from arena_harness.player import from_bytes
from arena_harness.sources import compiled

_SAMPLE = b'''
import collections, dataclasses, enum, math, random, re, typing
from spacecode import *

@dataclasses.dataclass
class Seen:
    x: float
    y: float

class Mode(enum.Enum):
    SEARCH = 1

memory = collections.deque(maxlen=8)

def bot_main(input_data):
    state = input_data["game_state"]
    if input_data["time_step"] < 0:
        raise ValueError("warm-up")
    ship = state["ship"]
    target = math.atan2(-ship["y"], -ship["x"])
    turn = angle_difference(target, ship["heading"])
    memory.append(Seen(ship["x"], ship["y"]))
    actions = [FORWARD, LEFT if turn > 0 else RIGHT]
    if random.random() < 0.5:
        actions.append(SHOOT)
    if input_data["time_step"] % 2:
        return {"actions": actions}
    return {"actions": sorted(actions), "debug_info": {"turn": turn, "seen": f"{ship['x']:.2f}"}}
'''
_OBSERVATION = (
    '{"game_state":{"ship":{"x":12.5,"y":-3.25,"heading":1.5,"hull":100,"alive":true,"target":null},'
    '"shots":[{"x":1.0,"y":2.0},{"x":-1.5e3,"y":0.1}]},"ship_id":0,"time_step":%d}'
)


def run(player):
    """Lets a sample bot live, answer, fail and be forgotten."""
    player.prepare(compiled(_SAMPLE))
    player.load([("bot.py", _SAMPLE)], 0)
    for time_step in range(20):
        observation = _OBSERVATION % time_step
        player.turn(marshal.dumps(json.loads(observation)), from_bytes)
        player.turn(observation)
    try:
        player.turn(_OBSERVATION % -1)
    except BotFault:
        pass
    player.unload()
    re.purge()
    linecache.clearcache()
    random.seed(0)
    gc.collect()
    gc.freeze()
