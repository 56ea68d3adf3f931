"""Finds the function of a bot that answers a turn."""

import inspect
import types

from arena_harness.faults import LOAD_ERROR, BotFault

EXAMPLE = "Write it like this:\n\n    def bot_main(input_data):\n        return [\"FORWARD\"]"
_FunctionType = types.FunctionType
_signature = inspect.signature
_ODD_FLAGS = {
    inspect.CO_COROUTINE: "is an `async def`, but it is called as a plain function: remove `async`",
    inspect.CO_ASYNC_GENERATOR: "is an `async def` with `yield`: use a plain `def` and `return`",
    inspect.CO_GENERATOR: "contains `yield`, which makes it a generator: use `return`",
}


def find(module):
    """A callable that takes the observation, or a fault that says what is missing."""
    names = module.__dict__
    if "bot_main" in names:
        return _checked("bot_main", names["bot_main"], ("input_data",))
    if "main" in names:
        main = _checked("main", names["main"], ())
        return lambda _observation: main()
    raise BotFault(LOAD_ERROR, f"bot.py has no function bot_main(input_data){_lookalike(names)}. {EXAMPLE}")


def _checked(name, function, arguments):
    if not callable(function):
        kind = type(function).__name__
        raise BotFault(LOAD_ERROR, f"{name} in bot.py is no function but a value of type {kind}. {EXAMPLE}")
    if type(function) is _FunctionType:
        code = function.__code__
        for flag, trouble in _ODD_FLAGS.items():
            if code.co_flags & flag:
                raise BotFault(LOAD_ERROR, f"{name} in bot.py {trouble}.")
        if code.co_argcount == len(arguments) and not code.co_kwonlyargcount:
            return function
    try:
        signature = _signature(function)
    except (TypeError, ValueError):
        return function  # Written in C, or odd: the first turn will tell.
    try:
        signature.bind(*arguments)
    except TypeError as error:
        wanted = f"{name}({', '.join(arguments)})"
        raise BotFault(
            LOAD_ERROR,
            f"{name}{signature} in bot.py cannot be called as {wanted}: {error}. {EXAMPLE}",
        ) from None
    return function


def _lookalike(names):
    """Points at the function that was probably meant."""
    for name, value in names.items():
        if type(name) is str and type(value) is _FunctionType:
            if name.lower().replace("_", "") in ("botmain", "bot", "run", "turn", "step", "play", "act"):
                return f" (there is a function {name}: rename it)"
    return ""
