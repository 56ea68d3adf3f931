"""A bot's files, importable from memory.

The bot's own modules win over the standard library's, as they do when its author runs the bot at
home, except where Python itself would not let them: modules compiled into the interpreter.
``spacecode`` is always ours, because authors ship the copy they tested with.
"""

import importlib.machinery
import importlib.util
import linecache
import marshal
import sys
import types

ENTRY_PATH = "bot.py"
ENTRY_MODULE = "bot"
_NEVER_SHADOWED = frozenset(sys.builtin_module_names) | {"spacecode"}

_compile = compile
_exec = exec
_ModuleType = types.ModuleType
_dumps = marshal.dumps
_loads = marshal.loads


def compiled(source):
    """The bytecode of ``bot.py``. Raises whatever is wrong with it; runs no line of it."""
    return _dumps(_compile(source, ENTRY_PATH, "exec", dont_inherit=True))


class Sources:
    """The files of one bot; a finder and a loader for Python's import system."""

    def __init__(self, files, code=None):
        #: path -> content
        self.files = dict(files)
        #: what :func:`compiled` made of ``bot.py``, if it was asked before
        self._code = code
        #: module name -> path of its file; None for a folder without ``__init__.py``
        self.modules = _modules_of(self.files)

    # What Python's import system calls.

    def find_spec(self, name, _path=None, _target=None):
        """Answers ``import name``."""
        if name not in self.modules:
            return None
        path = self.modules[name]
        folder = name.replace(".", "/")
        is_package = path != folder + ".py"
        spec = importlib.machinery.ModuleSpec(name, self, origin=path, is_package=is_package)
        if path is not None:
            spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(folder)
        return spec

    def create_module(self, _spec):
        """The default module object will do."""
        return None

    def exec_module(self, module):
        """Runs a module's file."""
        path = module.__spec__.origin
        if path is not None:
            self._run(path, module.__dict__)

    def _run(self, path, names):
        # From bytes: marks, cookies, line ends and broken text get Python's own answers.
        _exec(_compile(self.files[path], path, "exec", dont_inherit=True), names)

    def get_source(self, name):
        """The text of a module, for ``inspect``."""
        path = self.modules.get(name)
        return None if path is None else importlib.util.decode_source(self.files[path])

    def get_data(self, path):
        """Any file of the bot: ``pkgutil.get_data("bot", "weights.json")``."""
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(f"the bot has no file {path!r}") from None

    # What the harness calls.

    def install(self):
        """Makes the files importable, first of all."""
        if any(name in sys.modules for name in self.modules):
            for name in list(sys.modules):
                if name.partition(".")[0] in self.modules:
                    del sys.modules[name]
        sys.meta_path.insert(0, self)

    def run_entry(self):
        """``import bot``, by the shortest way: every start of a bot waits for it."""
        module = _ModuleType(ENTRY_MODULE)
        module.__file__ = ENTRY_PATH
        module.__loader__ = self
        module.__package__ = ""
        module.__spec__ = self.find_spec(ENTRY_MODULE)
        sys.modules[ENTRY_MODULE] = module
        if self._code is None:
            self._run(ENTRY_PATH, module.__dict__)
        else:
            _exec(_loads(self._code), module.__dict__)
        return module

    def uninstall(self):
        """Leaves no trace, for the warm-up and for tests."""
        sys.meta_path.remove(self)
        for name in self.modules:
            sys.modules.pop(name, None)
        for path in self.files:
            linecache.cache.pop(path, None)

    def show_lines(self, path):
        """Gives ``linecache`` the text of a file, so that tracebacks can quote it."""
        content = self.files[path]
        try:
            text = importlib.util.decode_source(content)
        except (SyntaxError, UnicodeError):
            return
        # No modification time: linecache then never looks for a real file.
        linecache.cache[path] = (len(content), None, text.splitlines(True), path)

    def has_shown(self, path):
        """Whether the lines are there already: a file may be long, and its bot fail every turn."""
        return path in linecache.cache


def _modules_of(files):
    modules = {}
    for path in files:
        if not path.endswith(".py"):
            continue
        parts = path[:-3].split("/")
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        for depth in range(1, len(parts)):
            modules.setdefault(".".join(parts[:depth]), None)
        name = ".".join(parts)
        # A package wins over a module of its name, as on disk.
        if modules.get(name) is None or path.endswith("/__init__.py"):
            modules[name] = path
    for name in _NEVER_SHADOWED:
        modules.pop(name, None)
    return modules
