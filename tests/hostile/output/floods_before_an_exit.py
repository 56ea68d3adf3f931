"""A full log and an exit while loading."""

import os

os.write(1, b"z" * 1_000_000)
os._exit(3)
