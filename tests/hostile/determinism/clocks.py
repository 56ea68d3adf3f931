"""Steers by every clock there is."""

import datetime
import time


def bot_main(data):
    number = time.time_ns() + time.monotonic_ns() + time.perf_counter_ns() + time.process_time_ns()
    day = datetime.datetime.now().isoformat()
    return {"actions": [("LEFT", "RIGHT")[number // 1_000 % 2]], "debug_info": [number, day, time.localtime()]}
