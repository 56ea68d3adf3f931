"""The one error that is meant for the person at the keyboard."""


class Problem(Exception):
    """Says what went wrong and what to do about it."""
