"""Searches all it can reach for anything of the machine or of the opponent."""

import gc
import os
import platform
import sys

# Backwards, so that this file is not what is found.
SECRETS = [word[::-1] for word in ("krow/", "/emoh/", "toor/", "rsu/", "emantsoh", "mihs-xobdnas", "rotanidrooc")]


def texts():
    for thing in gc.get_objects():
        if type(thing) is dict:
            yield from (part for part in thing.values() if type(part) is str and len(part) < 500)


PLACES = [platform.node(), sys.path, sys.prefix, sys.executable, dict(os.environ), sys.flags, sys.orig_argv]
TEXT = repr(PLACES) + "\n".join(texts())
FOUND = [secret for secret in SECRETS if secret in TEXT]
assert not FOUND, FOUND


def bot_main(data):
    return []
