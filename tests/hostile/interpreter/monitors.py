"""Raises from the monitoring hooks, which work on every frame of every thread."""

import sys


def hook(*arguments):
    raise KeyboardInterrupt


def bot_main(data):
    events = sys.monitoring.events
    sys.monitoring.use_tool_id(0, "hostile")
    sys.monitoring.register_callback(0, events.PY_START, hook)
    sys.monitoring.register_callback(0, events.PY_RETURN, hook)
    sys.monitoring.set_events(0, events.PY_START | events.PY_RETURN)
    return ["FORWARD"]
