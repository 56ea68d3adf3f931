"""Runs code within every garbage collection."""

import gc


def callback(phase, info):
    raise SystemExit(8)


gc.callbacks.append(callback)
gc.set_threshold(1)


def bot_main(data):
    KEPT = [[] for _ in range(1_000)]
    return ["FORWARD"]
