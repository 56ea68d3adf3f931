"""Looks at where things lie in memory, and how many of them there are."""

import gc
import sys
import threading

kept = []


class Node:
    def __del__(self):
        kept.append(id(self))


def seen(data):
    yield "ids", [id(object()), id([]), id(data), id("new" + str(len(kept))), id(seen), id(None), id(bytearray(1 << 17))]
    yield "texts", [repr(object()), repr(seen), repr(Node()), repr(threading.current_thread()), repr(memoryview(b"x"))]
    pair = Node(), Node()
    pair[0].other, pair[1].other = pair[1], pair[0]
    del pair
    yield "died", [gc.collect(), kept[-4:]]
    yield "references", [sys.getrefcount(data), sys.getrefcount("LEFT"), sys.getrefcount(sys)]
    yield "blocks", sys.getallocatedblocks
    yield "sizes", [sys.getsizeof(data), sys.getsizeof(sys.modules), sys.getsizeof({})]
    yield "frame", lambda: repr(sys._getframe())
    yield "thread", [threading.get_ident(), threading.active_count()]
    reused = [id([0] * size) for size in range(1, 60, 7)]
    yield "reused", reused
