"""Turns every warning into an error, and warns in strange types."""

import warnings

warnings.simplefilter("error")
warnings.showwarning = None


def bot_main(data):
    warnings.warn(ResourceWarning("\x1b[2J"), stacklevel=100)
    return []
