"""Loads a bot under a policy: reads its files first, and stands between it and what it calls.

The bot's modules get built-ins of their own, in which imports are checked and blocked calls raise.
The standard library keeps the real ones, because what it needs inside is nobody's concern.
"""

import builtins
import importlib
import importlib.util
import sys
import types

from arena_harness.faults import POLICY, BotFault
from arena_harness.policy import Forbidden, Policy
from arena_harness.reading import troubles_in
from arena_harness.sources import ENTRY_PATH, Sources

_SHOWN_MAX = 20
_import = builtins.__import__
_import_module = importlib.import_module
_importlib_import = importlib.__import__
_resolve_name = importlib.util.resolve_name


class GuardedSources(Sources):
    """A bot's files under a policy."""

    def __init__(self, files, text):
        super().__init__(files)
        own = {name.partition(".")[0] for name in self.modules}
        # A folder `sys` does not make the interpreter's own `sys` the bot's.
        self._policy = Policy(text, own.intersection(self.modules))
        self._first = None
        self._builtins = self._make_builtins()

    def check(self):
        """Reads every file for what the policy forbids; raises a fault that names each line."""
        paths = sorted((path for path in self.files if path.endswith(".py")), key=lambda p: (p != ENTRY_PATH, p))
        troubles = [
            (path, line, sentence)
            for path in paths
            for line, sentence in troubles_in(self.files[path], path, self._policy)
        ]
        if not troubles:
            return
        path, line, sentence = troubles[0]
        more = f" ({len(troubles) - 1} more of the kind)" if len(troubles) > 1 else ""
        shown = [self._shown(*trouble) for trouble in troubles[:_SHOWN_MAX]]
        raise BotFault(POLICY, f"{path}, line {line}: {sentence}{more}", "".join(shown))

    def watched(self, call):
        """``call``, which fails if it did what is forbidden, even if it caught what it got for that."""

        def turn(observation):
            try:
                return call(observation)
            finally:
                self._settle()

        return turn

    # What is different from plain sources.

    def install(self):
        super().install()
        importlib.import_module = self._guarded_import_module
        importlib.__import__ = self._guarded_import

    def uninstall(self):
        importlib.import_module = _import_module
        importlib.__import__ = _importlib_import
        super().uninstall()

    def run_entry(self):
        try:
            return super().run_entry()
        finally:
            self._settle()

    def _run(self, path, names):
        names["__builtins__"] = self._builtins.__dict__
        super()._run(path, names)

    # What stands between the bot and what it calls.

    def _make_builtins(self):
        module = types.ModuleType("builtins")
        names = module.__dict__
        names.update(builtins.__dict__)
        for name in self._policy.calls.intersection(names):
            names[name] = self._blocked(name)
        # Import statements call it too, so that it stays, even if calling it by name is blocked.
        names["__import__"] = self._guarded_import
        return module

    def _blocked(self, name):
        def blocked(*_arguments, **_keywords):
            self._refuse(self._policy.call_trouble(name))

        blocked.__name__ = blocked.__qualname__ = name
        return blocked

    def _guarded_import(self, name, globals=None, locals=None, fromlist=(), level=0):
        # With an empty list of its own, the interpreter imports what it needs itself: `time.strptime`.
        if type(fromlist) is list and not fromlist:
            return _import(name, globals, locals, fromlist, level)
        self._check_import(_absolute(name, globals, level), fromlist)
        module = _import(name, globals, locals, fromlist, level)
        return self._builtins if module is builtins else module

    def _guarded_import_module(self, name, package=None):
        # The standard library may import what it likes.
        if sys._getframe(1).f_builtins is self._builtins.__dict__:
            self._check_import(_resolve_name(name, package), ())
        module = _import_module(name, package)
        return self._builtins if module is builtins else module

    def _check_import(self, name, fromlist):
        policy = self._policy
        if name is None:
            return
        if fromlist:
            found = next(filter(None, (policy.forbidden_in(name, part) for part in fromlist)), None)
        else:
            found = name if policy.forbids(name) else None
        if found is not None:
            self._refuse(policy.import_trouble(found))

    def _refuse(self, sentence):
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in self.files:
            frame = frame.f_back
        where = "" if frame is None else f"{frame.f_code.co_filename}, line {frame.f_lineno}: "
        error = Forbidden(where + sentence)
        if self._first is None:
            self._first = error
        raise error

    def _settle(self):
        if self._first is not None:
            raise self._first

    def _shown(self, path, line, sentence):
        lines = importlib.util.decode_source(self.files[path]).splitlines()
        text = lines[line - 1].strip() if line <= len(lines) else ""
        return f'  File "{path}", line {line}\n    {text}\nForbidden: {sentence}\n'


def _absolute(name, names, level):
    """What a relative import means, or nothing if it means nothing, which Python will say."""
    if not level:
        return name
    package = names.get("__package__") if type(names) is dict else None
    try:
        return _resolve_name("." * level + name, package)
    except (ImportError, TypeError, AttributeError):
        return None
