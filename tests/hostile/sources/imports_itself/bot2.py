import importlib
import sys

sys.modules.pop("bot", None)
importlib.import_module("bot")
