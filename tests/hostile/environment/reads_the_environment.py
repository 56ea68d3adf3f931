"""Looks for secrets where programs are told them."""

import os
import sys


def bot_main(data):
    assert not dict(os.environ) and sys.argv == ["bot.py"]
    for name in ("AWS_SECRET_ACCESS_KEY", "PATH", "HOME", "ARENA_TOKEN"):
        assert os.getenv(name) is None
    return []
