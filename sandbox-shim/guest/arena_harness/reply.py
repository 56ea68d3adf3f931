"""What a bot returned: as JSON, or a sentence that says why it cannot be.

The shape is judged here only so far as to help the bot's author; the host judges again, and for
good. Which actions exist is the game's business and unknown here.
"""

import json
import json.encoder

EXPECTED = 'expected a list of actions, or {"actions": [...], "debug_info": ...}'
_SHOWN_CHARS_MAX = 120
_KNOWN_MAX = 64
_KNOWN_CHARS_MAX = 200


class BadReply(Exception):
    """The returned value is no reply; the text says why."""


def _refuse(_value):
    raise TypeError


def _make_encoder():
    """``json.dumps(reply, separators=(",", ":"), allow_nan=False)`` without its set-up costs."""
    encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_refuse)
    if json.encoder.c_make_encoder is None:
        return encoder.encode, {}
    markers = {}
    # ASCII, so that every text can cross the boundary whatever it contains.
    escape = json.encoder.encode_basestring_ascii
    chunks = json.encoder.c_make_encoder(markers, _refuse, escape, None, ":", ",", False, False, False)
    join = "".join
    return lambda reply: join(chunks(reply, 0)), markers


_encode, _markers = _make_encoder()
# Replies of nothing but words, by the text that they become: how many words that are. A text stands for
# one reply only, if it is known of how many words.
_known = {}
_known_as = _known.get
_between_words = '","'.join
_dumps = json.dumps
_dict = dict
_value_of = dict.get
_len = len
_list = list
_tuple = tuple
_type = type


def to_json(reply):
    """The reply as JSON text.

    Raises BadReply. A bot's own classes may run in here, so anything else may be raised as well.
    """
    words = None
    if _type(reply) is _dict and _len(reply) == 1:
        words = _value_of(reply, "actions")
    elif _type(reply) is _list:
        words = reply
    if _type(words) is not _list:
        return _any_to_json(reply)
    if not words:
        return '{"actions":[]}'
    try:
        text = '{"actions":["' + _between_words(words) + '"]}'
    except TypeError:
        return _any_to_json(reply)  # There is more among them than words.
    if _known_as(text) == _len(words):
        return text
    return _learn(text, _len(words), _any_to_json(reply))


def _learn(guess, count, text):
    """Remembers that a reply became what was guessed, as it does if no character needs an escape."""
    if guess == text and _len(_known) < _KNOWN_MAX and _len(text) <= _KNOWN_CHARS_MAX:
        _known[text] = count
    return text


def _any_to_json(reply):
    if _type(reply) is _list:
        reply = {"actions": reply}
    elif not (
        _type(reply) is _dict
        and _type(reply.get("actions")) is _list
        and _len(reply) == 1 + ("debug_info" in reply)
    ):
        reply = _normalised(reply)
    try:
        text = _encode(reply)
    except (TypeError, ValueError, RecursionError) as error:
        _markers.clear()
        raise BadReply(_why_not_json(reply, error)) from None
    except BaseException:
        _markers.clear()
        raise
    if "\\ud" in text:
        _check_surrogates(reply)
    return text


def _normalised(reply):
    kind = _type(reply)
    if issubclass(kind, (_list, _tuple)):
        return {"actions": reply}
    if not issubclass(kind, _dict):
        forgotten = ": is there a path without `return`?" if reply is None else ""
        raise BadReply(f"the bot returned {_shown(reply)}{forgotten}; {EXPECTED}")
    if "actions" not in reply:
        raise BadReply(f'the bot returned {_shown(reply)}, which has no key "actions"; {EXPECTED}')
    actions = reply["actions"]
    if not issubclass(_type(actions), (_list, _tuple)):
        raise BadReply(f'the bot returned {_shown(actions)} as "actions"; {EXPECTED}')
    kept = {"actions": actions}
    if "debug_info" in reply:
        kept["debug_info"] = reply["debug_info"]
    return kept


def _check_surrogates(reply):
    try:
        _dumps(reply, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadReply(
            "the reply contains half of a surrogate pair (a character between U+D800 and U+DFFF), "
            "which is no text: leave it out"
        ) from None


def _why_not_json(reply, error):
    if _type(error) is RecursionError:
        return "the reply is nested too deeply"
    try:
        found = _first_misfit(reply, "reply", 0)
    except Exception:
        found = None
    return found or f"the reply cannot be written as JSON: {error}"


def _first_misfit(value, place, depth):
    """Where in the reply the first value sits that JSON cannot hold, and what it is."""
    kind = _type(value)
    if value is None or kind in (bool, str):
        return None
    if issubclass(kind, int):
        digits_max = 1000
        return f"{place} is an integer of more than {digits_max} digits" if abs(value) >= 10**digits_max else None
    if issubclass(kind, float):
        finite = value - value == 0
        return None if finite else f"{place} is {float.__repr__(value)}, which JSON does not have"
    if issubclass(kind, str):
        return None
    if depth > 100:
        return f"{place[:_SHOWN_CHARS_MAX]}... is nested too deeply, or contains itself"
    if issubclass(kind, (_list, _tuple)):
        items = ((item, f"{place}[{index}]") for index, item in enumerate(value))
    elif issubclass(kind, _dict):
        for key in value:
            if not (key is None or issubclass(_type(key), (str, int, float))):
                return f"{place} has the key {_shown(key)}, but JSON keys are text"
        items = ((item, f"{place}[{key!r}]") for key, item in value.items())
    else:
        return f"{place} is {_shown(value)}, which JSON cannot hold: use text, numbers, lists and dicts"
    for item, where in items:
        found = _first_misfit(item, where, depth + 1)
        if found:
            return found
    return None


def _shown(value):
    """A value for a message: its type and, where that is harmless and short, itself."""
    kind = _type(value)
    if value is None:
        return "None"
    if kind not in (bool, int, float, str, bytes, _list, _tuple, _dict, set):
        return f"a value of type {kind.__name__}"
    try:
        text = repr(value)
    except Exception:
        return f"a value of type {kind.__name__}"
    if len(text) > _SHOWN_CHARS_MAX:
        text = text[:_SHOWN_CHARS_MAX] + "..."
    return f"the {kind.__name__} {text}"
