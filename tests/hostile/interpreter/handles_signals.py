"""Installs handlers for every signal and an alarm clock."""

import signal


def handler(number, frame):
    raise KeyboardInterrupt


def bot_main(data):
    for number in range(1, 64):
        try:
            signal.signal(number, handler)
        except (OSError, ValueError, RuntimeError):
            pass
    signal.alarm(1)
    return []
