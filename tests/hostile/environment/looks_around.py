"""Tries every way to see a file system, and asserts that there is none."""

import os
import pathlib

PLACES = ("/", ".", "..", "/proc/self", "/proc/1", "/dev", "/tmp", "/sys", "../../../../etc", "/dev/fd/0", "")
WAYS = (os.listdir, os.stat, os.lstat, os.mkdir, os.rmdir, os.unlink, os.readlink, os.scandir, open)


def bot_main(data):
    for place in PLACES:
        for way in WAYS:
            try:
                way(place)
            except (OSError, NotImplementedError):
                continue
            raise SystemExit(f"{way.__name__}({place!r}) worked")
        assert not pathlib.Path(place or "x").exists()
    return []
