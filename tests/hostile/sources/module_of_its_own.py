"""Replaces its module by something that answers every question with itself."""

import sys


class Anything:
    def __getattr__(self, name):
        return self

    def __call__(self, *arguments, **options):
        return self

    __iter__ = __getitem__ = __call__


sys.modules["bot"] = Anything()
bot_main = Anything()
