"""Fails in many ways and reads what Python says of it."""

import sys
import traceback
import warnings


def chained():
    try:
        {}["missing"]
    except KeyError as error:
        error.add_note("a note on " + repr(object()))
        raise ValueError(chained, {"a", "b", "c"}) from error


def grouped():
    raise ExceptionGroup("several", [TypeError(object()), OSError(2, "no file"), ExceptionGroup("more", [ValueError(1)])])


def deep(left=20):
    return deep(left - 1) if left else 1 / 0


def endless():
    return endless()


def text_of(function):
    try:
        function()
    except BaseException:
        return traceback.format_exc()
    return None


def seen(data):
    if data["time_step"] != 2:
        return
    sys.setrecursionlimit(120)
    yield "chained", text_of(chained)
    yield "grouped", text_of(grouped)
    yield "deep", text_of(deep)
    yield "endless", text_of(endless)
    yield "syntax", text_of(lambda: compile("def f(:\n  pass", "made.py", "exec"))
    yield "name", text_of(lambda: prnt)  # noqa: F821
    yield "attribute", text_of(lambda: sys.modulez)
    yield "file", text_of(lambda: open("/etc/passwd"))
    yield "import", text_of(lambda: __import__("numpy"))
    yield "unicode", text_of(lambda: b"\xff".decode())
    yield "number", text_of(lambda: int("9" * 5000))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn(f"careful with {object()}")
    yield "warning", [str(warning) for warning in caught]
    yield "stack", lambda: traceback.format_stack()
