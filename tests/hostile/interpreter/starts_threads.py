"""A thread that plays on after the turn."""

import threading


def forever():
    while True:
        pass


def bot_main(data):
    threading.Thread(target=forever, daemon=True).start()
    return []
