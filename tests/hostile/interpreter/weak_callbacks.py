"""Callbacks and finalizers that run when the harness lets go of the reply."""

import weakref


class Reply(dict):
    pass


def callback(reference):
    raise SystemExit(7)


KEPT = []


def bot_main(data):
    reply = Reply(actions=["FORWARD"])
    KEPT.append(weakref.ref(reply, callback))
    weakref.finalize(reply, callback, None)
    return reply
