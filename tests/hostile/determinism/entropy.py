"""Steers by every source of randomness there is."""

import os
import random
import secrets
import uuid


def bot_main(data):
    drawn = [os.urandom(8).hex(), random.random(), secrets.token_hex(8), str(uuid.uuid4()), str(uuid.uuid1())]
    drawn += [random.SystemRandom().random(), random.Random().random()]
    return {"actions": [("LEFT", "RIGHT")[os.urandom(1)[0] & 1]], "debug_info": drawn}
