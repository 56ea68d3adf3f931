"""Hopes to live on in the functions that run when an interpreter ends."""

import atexit


def forever():
    while True:
        print("still here")


atexit.register(forever)


def bot_main(data):
    raise SystemExit
