"""A thread by the module beneath."""

import _thread


def bot_main(data):
    _thread.start_new_thread(print, ("out of turn",))
    return []
