"""Turns a huge number into decimal digits, after switching off Python's own guard."""

import sys

sys.set_int_max_str_digits(0)


def bot_main(data):
    # Of a longer one, Python would leave the work to a module that is not there.
    while True:
        str(3**1_800)
