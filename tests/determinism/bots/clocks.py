"""Looks at every clock, and sleeps."""

import datetime
import os
import time


def seen(data):
    before = time.monotonic_ns()
    time.sleep(1.25)
    slept = time.monotonic_ns() - before
    names = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
    yield "sleep", slept
    for name in names:
        yield name, lambda: getattr(time, name)()
        yield name, lambda: time.get_clock_info(name)
    yield "today", datetime.datetime.now
    yield "aware", lambda: datetime.datetime.now(datetime.UTC).astimezone()
    yield "local", time.localtime
    yield "zone", (time.tzname, time.timezone, time.daylight)
    yield "text", time.ctime
    yield "times", os.times
