"""Half a character that the component's own interface cannot carry."""

import sys


def bot_main(data):
    sys._getframe(1).f_globals["to_json"] = lambda reply: "\udcff\ud800"
    return []
