"""Sleeps longer than its clock can tell, again and again."""

import time


def bot_main(data):
    while True:
        try:
            time.sleep(9e9)
        except OverflowError:
            pass
