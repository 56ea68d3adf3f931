"""The ways in which a bot can fail, as the host knows them."""

LOAD_ERROR = "load_error"
POLICY = "policy"
EXCEPTION = "exception"
BAD_REPLY = "bad_reply"
OUT_OF_MEMORY = "out_of_memory"
EXITED = "exited"

MESSAGE_BYTES_MAX = 2 * 1024
TRACEBACK_BYTES_MAX = 16 * 1024
_CUT = "[...]\n"


class BotFault(Exception):
    """Why a bot could not be loaded or lost its turn."""

    def __init__(self, kind, message, traceback=""):
        super().__init__(kind, message, traceback)
        self.kind = kind
        self.message = head(message, MESSAGE_BYTES_MAX)
        self.traceback = tail(traceback, TRACEBACK_BYTES_MAX)


def clean(text):
    """``text`` as an exact ``str`` that UTF-8 can hold: a bot's own text may be neither."""
    return str.__str__(text).encode("utf-8", "backslashreplace").decode("utf-8")


def head(text, bytes_max):
    """The first ``bytes_max`` bytes of ``text``, without cutting a character in two."""
    raw = clean(text).encode("utf-8")
    if len(raw) > bytes_max:
        raw = raw[: bytes_max - len(_CUT)] + _CUT.strip().encode("utf-8")
    return raw.decode("utf-8", "ignore")


def tail(text, bytes_max):
    """The last ``bytes_max`` bytes of ``text``: the end of a traceback says most."""
    raw = clean(text).encode("utf-8")
    if len(raw) > bytes_max:
        raw = _CUT.encode("utf-8") + raw[len(raw) - bytes_max + len(_CUT) :]
    return raw.decode("utf-8", "ignore")
