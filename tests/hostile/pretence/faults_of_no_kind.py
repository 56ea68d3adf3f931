"""Makes the component return a fault that its interface does not know."""

import sys


def bot_main(data):
    guest = sys.modules["arena_guest"]
    guest._KINDS.clear()
    for kind in ("exception", "bad_reply", "load_error", "exited"):
        guest._KINDS[kind] = 250
    raise ValueError("no kind")
