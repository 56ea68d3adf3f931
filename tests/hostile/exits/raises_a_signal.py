"""Sends itself a signal."""

import signal


def bot_main(data):
    signal.raise_signal(signal.SIGABRT)
    return []
