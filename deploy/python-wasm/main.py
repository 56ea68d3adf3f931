"""Refuses a Python that is too old, in words that an old Python can read."""

import sys

if sys.version_info < (3, 9):
    sys.exit(
        "python.wasm cannot be built: %s is Python %d.%d, but 3.9 or newer is needed.\n"
        "Set PYTHON to a newer one, or pass the path of a python.wasm that was built elsewhere."
        % ((sys.executable,) + sys.version_info[:2])
    )

import build

sys.exit(build.main())
