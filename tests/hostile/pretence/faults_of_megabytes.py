"""Makes the component return a message and a traceback of megabytes."""

import sys


def bot_main(data):
    guest = sys.modules["arena_guest"]
    types = sys.modules["componentize_py_types"]
    wit = sys.modules["wit_world.exports.guest"]
    guest._err = lambda fault: types.Err(wit.Fault(wit.FaultKind.EXITED, "m\x1b[2J" * 400_000, "t" * 4_000_000))
    raise ValueError("long")
