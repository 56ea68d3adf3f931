"""Something that is no text where the component's interface wants text."""

import sys


def bot_main(data):
    sys._getframe(1).f_globals["to_json"] = lambda reply: object()
    return []
