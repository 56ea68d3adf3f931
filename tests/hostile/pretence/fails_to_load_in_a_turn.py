"""Says in the middle of the match that it could not be loaded."""

import sys


def bot_main(data):
    faults = sys.modules["arena_harness.faults"]

    def forged(*_):
        raise faults.BotFault(faults.LOAD_ERROR, "too late")

    sys.modules["arena_guest"]._turn = forged
    return []
