"""An exception as the bot's author should see it: the bot's own frames, and nothing of ours.

The exception may be hostile: its ``__str__`` may raise, its ``__class__`` may lie. Every step that
can run the bot's code has a plainer step to fall back to.
"""

import itertools
import traceback

from arena_harness.faults import EXCEPTION, EXITED, LOAD_ERROR, OUT_OF_MEMORY, POLICY, clean
from arena_harness.policy import Forbidden

FRAMES_HEAD = 5
FRAMES_TAIL = 25
# Marking the place within a line means to parse the line: dear, and paid with the bot's fuel.
FRAMES_MARKED = 4
CHAIN_MAX = 4

#: Modules that could only be wanted to leave the sandbox: none of them is there.
OUTSIDE_MODULES = frozenset(
    "_socket _posixsubprocess _ctypes _multiprocessing ctypes ftplib http multiprocessing requests select "
    "selectors smtplib socket socketserver ssl subprocess urllib3 xmlrpc".split()
)
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"

_FrameSummary = traceback.FrameSummary
_StackSummary = traceback.StackSummary
_format_exception_only = traceback.format_exception_only
_islice = itertools.islice
_type = type
_name = type.__dict__["__name__"].__get__
# Read past whatever a subclass defines under these names.
_cause = BaseException.__cause__.__get__
_context = BaseException.__context__.__get__
_suppress = BaseException.__suppress_context__.__get__
_traceback = BaseException.__traceback__.__get__


def kind_of(error, while_loading):
    """Which fault an exception is."""
    kind = _type(error)
    if issubclass(kind, MemoryError):
        return OUT_OF_MEMORY
    if issubclass(kind, SystemExit):
        return EXITED
    if issubclass(kind, Forbidden):
        return POLICY
    return LOAD_ERROR if while_loading else EXCEPTION


def message_of(error):
    """One line or two: the exception's type and text, and a hint where there is one."""
    kind = _type(error)
    if kind is SystemExit:
        return f"the bot ended itself: SystemExit({clean(repr(error.code))}); a bot must return instead"
    if kind is Forbidden:
        return clean(str(error))
    name = clean(_name(kind))
    try:
        text = clean(str(error))
    except BaseException:
        text = "<its text cannot be shown: __str__ failed>"
    message = f"{name}: {text}" if text else name
    missing = _missing_module(error).partition(".")[0]
    if missing in OUTSIDE_MODULES:
        return f"{message}. A bot has no files, no processes and no network"
    if missing:
        return f"{message}. A bot has its own files and the pure modules of the standard library, nothing else"
    return message


def traceback_of(error, sources):
    """Like Python's own report, but with the frames of the bot's files and of evaluated text only."""
    parts = []
    link = ""
    for _ in range(CHAIN_MAX):
        parts.append(_one(error, sources) + link)
        cause, context = _cause(error), _context(error)
        if cause is not None:
            error, link = cause, _CAUSE
        elif context is not None and not _suppress(error):
            error, link = context, _CONTEXT
        else:
            break
    return "".join(reversed(parts))


def _one(error, sources):
    frames = _own_frames(_traceback(error), sources.files)
    for path in {entry.tb_frame.f_code.co_filename for entry in frames}:
        if path in sources.files and not sources.has_shown(path):
            sources.show_lines(path)
    try:
        text = "".join(_format_exception_only(_type(error), error))
    except BaseException:
        text = message_of(error) + "\n"
    if not frames:
        return text
    return "Traceback (most recent call last):\n" + "".join(_format_frames(frames)) + text


def _own_frames(entry, own_paths):
    frames = []
    while entry is not None:
        path = entry.tb_frame.f_code.co_filename
        if path in own_paths or _is_evaluated(path):
            frames.append(entry)
        entry = entry.tb_next
    return frames


def _is_evaluated(path):
    """``<string>`` and the like, but not the interpreter's ``<frozen importlib._bootstrap>``."""
    return path.startswith("<") and not path.startswith("<frozen ")


def _format_frames(entries):
    marked = entries[-FRAMES_MARKED:]
    plain = entries[:-FRAMES_MARKED]
    lines = []
    if len(plain) > FRAMES_HEAD + FRAMES_TAIL:
        lines += _format(plain[:FRAMES_HEAD], _summary)
        lines.append(f"  [{len(plain) - FRAMES_HEAD - FRAMES_TAIL} frames left out]\n")
        plain = plain[-FRAMES_TAIL:]
    return lines + _format(plain, _summary) + _format(marked, _marked_summary)


def _format(entries, summary):
    return _StackSummary.from_list([summary(entry) for entry in entries]).format()


def _summary(entry):
    code = entry.tb_frame.f_code
    return _FrameSummary(code.co_filename, entry.tb_lineno, code.co_name)


def _marked_summary(entry):
    code = entry.tb_frame.f_code
    line, end_line, column, end_column = _position(code, entry.tb_lasti)
    return _FrameSummary(
        code.co_filename,
        entry.tb_lineno if line is None else line,
        code.co_name,
        end_lineno=end_line,
        colno=column,
        end_colno=end_column,
    )


def _position(code, instruction):
    """Line and column, first and last, of what the frame was doing."""
    if instruction >= 0:
        for position in _islice(code.co_positions(), instruction // 2, None):
            return position
    return None, None, None, None


def _missing_module(error):
    """The name of the module that was not found, or nothing."""
    if issubclass(_type(error), ModuleNotFoundError):
        name = ImportError.name.__get__(error)
        if _type(name) is str:
            return name
    return ""
