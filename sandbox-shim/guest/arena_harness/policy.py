"""What the tournament forbids its bots, as the organiser wrote it down.

No wall: whoever wants to get round it can, for it is enforced in the interpreter that the bot runs
in. It tells honest authors early, and by line, what this tournament does not want.
"""

import sys
import types

# Modules that no policy can forbid: the game's own, and what is no import but a word to the compiler.
_ALWAYS = frozenset({"spacecode", "__future__"})
_SHOWN_NAMES_MAX = 40
_ModuleType = types.ModuleType


class Forbidden(BaseException):
    """What a bot gets that does it all the same. Not for ``except Exception`` to swallow."""


Forbidden.__module__ = "builtins"  # For tracebacks: where it comes from is nobody's concern.


class Policy:
    """Answers what may be imported and called; phrases why not."""

    def __init__(self, text, own_modules):
        """``text`` has a rule per line: ``only``, ``allow NAME``, ``block NAME``, ``call NAME``."""
        rules = {"only": [], "allow": [], "block": [], "call": []}
        for line in text.splitlines():
            word, _, name = line.partition(" ")
            rules[word].append(name)
        self._only = bool(rules["only"])
        self._allowed = frozenset(rules["allow"])
        self._blocked = frozenset(rules["block"])
        #: Built-in functions that may not be called.
        self.calls = frozenset(rules["call"])
        self._own = own_modules

    def is_own(self, name):
        """Whether a module is one of the bot's own, which no policy is about."""
        return name.partition(".")[0] in self._own

    def forbids(self, name):
        """Whether the import of a module is forbidden. A name stands for all its submodules."""
        if self.is_own(name) or name.partition(".")[0] in _ALWAYS:
            return False
        above = _above(name)
        return not above.isdisjoint(self._blocked) or (self._only and above.isdisjoint(self._allowed))

    def forbidden_in(self, module, name):
        """The forbidden module that ``from module import name`` or ``module.name`` gets at, or nothing."""
        inside = f"{module}.{name}"
        if self.forbids(inside):
            return module if self.forbids(module) else inside
        if self.is_own(module) or inside in sys.modules:
            return None
        # A module that another one happens to have imported: `random._os`.
        value = vars(sys.modules[module]).get(name) if module in sys.modules else None
        if type(value) is _ModuleType and self.forbids(value.__name__):
            return value.__name__
        return None

    def import_trouble(self, name):
        """The sentence about a forbidden import."""
        if _above(name).isdisjoint(self._blocked):
            rest = f"which allows {_listed(self._allowed)} and the bot's own modules"
        else:
            rest = f"which blocks {_listed(self._blocked)}"
        return f"import of {name} is not allowed by this tournament's policy, {rest}"

    def call_trouble(self, name):
        """The sentence about a forbidden call."""
        return f"use of {name} is not allowed by this tournament's policy, which blocks calls of {_listed(self.calls)}"


def _above(name):
    """A module and all the packages it is in."""
    parts = name.split(".")
    return {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}


def _listed(names):
    ordered = sorted(names)
    shown = ", ".join(ordered[:_SHOWN_NAMES_MAX]) or "nothing"
    return shown + (f" and {len(ordered) - _SHOWN_NAMES_MAX} more" if len(ordered) > _SHOWN_NAMES_MAX else "")
