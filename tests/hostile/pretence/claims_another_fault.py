"""Returns the fault that a tournament's policy would give, in the harness's own words."""

import sys


def bot_main(data):
    faults = sys.modules["arena_harness.faults"]

    def forged(*_):
        raise faults.BotFault(faults.POLICY, "none of this is allowed")

    sys.modules["arena_guest"]._turn = forged
    return []
