"""Writes the dashboards: `python3 deploy/grafana/generate [FOLDER]`, into ../dashboards by default.

Each dashboard is a module beside this one, which says what its panels ask and what they mean.
"""

import importlib
import pathlib
import sys

from board import BOARDS

folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "dashboards"
for name, _ in BOARDS:
    (folder / f"{name}.json").write_text(importlib.import_module(name).board().json(), encoding="utf-8")
