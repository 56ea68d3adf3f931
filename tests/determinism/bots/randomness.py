"""Draws from every source of randomness."""

import os
import random
import secrets
import sys
import uuid


def seen(data):
    yield "random", [random.random(), random.getrandbits(64), random.gauss(0, 1)]
    yield "state", lambda: hash(random.getstate())
    yield "fresh", lambda: random.Random().random()
    yield "system", lambda: random.SystemRandom().random()
    yield "bytes", lambda: os.urandom(8).hex()
    yield "secrets", lambda: secrets.token_hex(8)
    yield "uuid", lambda: [str(uuid.uuid1()), str(uuid.uuid4()), uuid.getnode()]
    yield "hashes", [hash("text"), hash(b"bytes"), hash(1.5), hash(None), hash((1, "a")), hash(float("nan"))]
    yield "identity", [hash(object()), hash(seen), hash(int), hash(random)]
    yield "hash", lambda: sys.hash_info
