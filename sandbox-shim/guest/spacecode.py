"""Everything a spacecode bot may want, in one import: ``from spacecode import *``.

A bot is a function that gets what its ship sees and returns what it shall do::

    from spacecode import *

    def bot_main(input_data):      # {"game_state": ..., "ship_id": 1, "time_step": 42}
        return [FORWARD, SHOOT]    # or {"actions": [FORWARD, SHOOT], "debug_info": "close"}

The import is optional: the constants are plain strings. This module needs nothing but Python, so
that bots run, and can be tested, at home too.
"""

import math as _math

__all__ = ["FORWARD", "LEFT", "RIGHT", "SHOOT", "angle_difference", "get_input_data"]

#: Thrust along the ship's heading.
FORWARD = "FORWARD"
#: Turn counter-clockwise.
LEFT = "LEFT"
#: Turn clockwise.
RIGHT = "RIGHT"
#: Fire a projectile along the heading; needs energy, and time to cool down.
SHOOT = "SHOOT"

# What the current turn shows; written before each turn by whoever plays the bot.
_turn = []


def get_input_data():
    """The observation of the current turn: for bots in the older form.

    ::

        def main():
            return bot_main(get_input_data())
    """
    if not _turn:
        raise RuntimeError(
            "get_input_data() has nothing to return yet: call it during a turn, that is inside "
            "main() or bot_main(), not while the file is being loaded"
        )
    return _turn[0]


def angle_difference(target, heading):
    """How far to turn from ``heading`` to ``target``, in radians, the short way round.

    The result lies between -pi and pi. Both angles may be anything, also many turns around.
    """
    return _math.remainder(target - heading, _math.tau)
