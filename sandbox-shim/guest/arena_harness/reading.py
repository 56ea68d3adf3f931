"""Reads a bot's source for what the policy forbids, before any of it runs.

Finds what an author writes plainly, and the plain ways around it: another name for a function, the
module ``builtins``, ``importlib``, ``sys.modules``, a module that another module has imported. What
is only known when the bot runs is for ``arena_harness.guard``.

Reading is paid with the bot's fuel, so that it is written to be cheap: most nodes of a tree are of no
interest, and a file without any of the words that could be is not read at all.
"""

import ast
import warnings

_DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_SCOPES = _DEFINITIONS | {ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp}
# Fields that hold no node of interest, but words, marks and operators.
_PLAIN_FIELDS = frozenset("ctx id attr arg op ops name module asname level kind type_comment".split())
# Without one of them nothing can be found but a call; and a cookie may hide any of them.
_WORDS = (b"import", b"builtins", b"coding")
_BUILTINS = "builtins"


class _Scope:
    """Where names are bound; of interest are only those of blocked calls."""

    __slots__ = ("bound", "outer")

    def __init__(self, outer):
        self.outer = outer
        self.bound = set()

    def binds(self, name):
        scope = self
        while scope is not None:
            if name in scope.bound:
                return True
            scope = scope.outer
        return False


class Reading:
    """One file of a bot, read once. ``troubles`` are pairs of line and sentence."""

    def __init__(self, tree, policy):
        self.troubles = set()
        self._policy = policy
        self._module = _Scope(None)
        #: Name in this file -> the module that it stands for.
        self._modules = {"__builtins__": _BUILTINS}
        self._uses = []
        self._parts = []
        self._lookups = []
        self._walk(tree)
        self._resolve()

    def _walk(self, tree):
        # With a stack of our own: a long expression is a deep tree.
        scopes = [(self._module, [tree])]
        while scopes:
            scope, nodes = scopes.pop()
            while nodes:
                node = nodes.pop()
                kind = type(node)
                visit = _VISITORS.get(kind)
                if visit is not None:
                    visit(self, node, scope)
                below = nodes
                if kind in _SCOPES:
                    if kind in _DEFINITIONS:
                        self._bind(node.name, scope)
                    below = []
                    scopes.append((_Scope(scope), below))
                for field in _FIELDS.get(kind, ()):
                    value = getattr(node, field)
                    if type(value) is list:
                        below.extend(value)
                    elif value is not None:
                        below.append(value)

    def _resolve(self):
        """Judges what depends on names that may be bound further down."""
        for name, line, scope in self._uses:
            if not scope.binds(name):
                self._call(name, line)
        for owner, part, line in self._parts:
            module = self._modules.get(owner)
            if module is not None:
                self._inside(module, part, line)
        for owner, name, line in self._lookups:
            if self._modules.get(owner) == "sys":
                self._import(name, line)

    # What the visitors use.

    def _bind(self, name, scope):
        if name in self._policy.calls:
            scope.bound.add(name)

    def _call(self, name, line):
        self.troubles.add((line, self._policy.call_trouble(name)))

    def _import(self, name, line):
        if self._policy.forbids(name):
            self.troubles.add((line, self._policy.import_trouble(name)))

    def _inside(self, module, part, line):
        if module == _BUILTINS and part in self._policy.calls:
            self._call(part, line)
            return
        forbidden = self._policy.forbidden_in(module, part)
        # Of `import os` the import itself has been told.
        if forbidden is not None and forbidden != module:
            self.troubles.add((line, self._policy.import_trouble(forbidden)))

    # One for each kind of node that matters.

    def _visit_name(self, node, scope):
        if node.id in self._policy.calls:
            if type(node.ctx) is ast.Load:
                self._uses.append((node.id, node.lineno, scope))
            else:
                self._bind(node.id, scope)

    def _visit_arg(self, node, scope):
        self._bind(node.arg, scope)

    def _visit_if(self, node, _scope):
        if _runs_at_home(node.test):
            node.body = []

    def _visit_global(self, node, _scope):
        for name in node.names:
            self._bind(name, self._module)

    def _visit_named(self, node, scope):
        if node.name is not None:
            self._bind(node.name, scope)

    def _visit_import(self, node, scope):
        for alias in node.names:
            self._import(alias.name, node.lineno)
            top = alias.name.partition(".")[0]
            self._modules[alias.asname or top] = alias.name if alias.asname else top
            self._bind(alias.asname or top, scope)

    def _visit_import_from(self, node, scope):
        for alias in node.names:
            self._bind(alias.asname or alias.name, scope)
            if node.level or node.module is None:
                continue
            forbidden = self._policy.forbidden_in(node.module, alias.name)
            if forbidden is not None:
                self.troubles.add((node.lineno, self._policy.import_trouble(forbidden)))
            elif node.module == _BUILTINS and alias.name in self._policy.calls:
                self._call(alias.name, node.lineno)

    def _visit_attribute(self, node, _scope):
        if type(node.value) is ast.Name:
            self._parts.append((node.value.id, node.attr, node.lineno))

    def _visit_call(self, node, _scope):
        name = _last_name(node.func)
        texts = [_text(argument) for argument in node.args[:2]]
        if name in ("__import__", "import_module") and texts and texts[0]:
            self._import(texts[0], node.lineno)
        elif name == "getattr" and len(texts) == 2 and texts[1] and type(node.args[0]) is ast.Name:
            self._parts.append((node.args[0].id, texts[1], node.lineno))

    def _visit_subscript(self, node, _scope):
        text, owner = _text(node.slice), node.value
        if text is None:
            return
        if type(owner) is ast.Attribute and owner.attr == "modules" and type(owner.value) is ast.Name:
            self._lookups.append((owner.value.id, text, node.lineno))
        elif type(owner) is ast.Attribute and owner.attr == "__dict__":
            owner = owner.value
        elif type(owner) is ast.Call and _last_name(owner.func) == "vars" and owner.args:
            owner = owner.args[0]
        if type(owner) is ast.Name:
            self._parts.append((owner.id, text, node.lineno))


_FIELDS = {
    kind: tuple(field for field in kind._fields if field not in _PLAIN_FIELDS)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind not in (ast.Constant, ast.Global)
}
_VISITORS = {
    ast.Name: Reading._visit_name,
    ast.arg: Reading._visit_arg,
    ast.If: Reading._visit_if,
    ast.Global: Reading._visit_global,
    ast.ExceptHandler: Reading._visit_named,
    ast.MatchAs: Reading._visit_named,
    ast.MatchStar: Reading._visit_named,
    ast.Import: Reading._visit_import,
    ast.ImportFrom: Reading._visit_import_from,
    ast.Attribute: Reading._visit_attribute,
    ast.Call: Reading._visit_call,
    ast.Subscript: Reading._visit_subscript,
}


def troubles_in(content, path, policy):
    """What the policy forbids in a file: pairs of line and sentence, by line.

    A file that Python cannot read is Python's to refuse, if it is ever imported.
    """
    if content.isascii() and not any(word in content for word in (*_WORDS, *map(str.encode, policy.calls))):
        return []
    try:
        with warnings.catch_warnings():
            # Loading the file will warn again.
            warnings.simplefilter("ignore")
            tree = ast.parse(content, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return sorted(Reading(tree, policy).troubles)


def _runs_at_home(test):
    """``if __name__ == "__main__":`` is for the author's own machine; here it never holds."""
    return (
        type(test) is ast.Compare
        and len(test.ops) == 1
        and type(test.ops[0]) is ast.Eq
        and {_last_name(test.left), _text(test.left)} | {_last_name(test.comparators[0]), _text(test.comparators[0])}
        == {"__name__", "__main__", None}
    )


def _last_name(node):
    """``f`` of ``f`` and of ``a.b.f``."""
    if type(node) is ast.Name:
        return node.id
    return node.attr if type(node) is ast.Attribute else None


def _text(node):
    is_text = type(node) is ast.Constant and type(node.value) is str
    return node.value if is_text else None
