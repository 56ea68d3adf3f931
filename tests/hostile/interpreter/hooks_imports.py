"""Takes over imports: first its own finder, then __import__ itself."""

import builtins
import sys


class Finder:
    def find_spec(self, name, path=None, target=None):
        raise SystemError(name)


def forged(name, *arguments):
    raise SystemError(name)


def bot_main(data):
    sys.meta_path[:] = [Finder()]
    sys.path_hooks[:] = [Finder()]
    builtins.__import__ = forged
    for name in ("traceback", "linecache", "inspect"):
        sys.modules.pop(name, None)
    raise ValueError("now report this")
