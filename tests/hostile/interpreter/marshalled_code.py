"""Loads a code object from bytes that were tampered with."""

import marshal


def sample():
    return [1, 2, 3]


def bot_main(data):
    dumped = bytearray(marshal.dumps(sample.__code__))
    for place in range(len(dumped)):
        for value in (0, 0x7F, 0xFF):
            forged = dumped.copy()
            forged[place] = value
            try:
                marshal.loads(bytes(forged))
            except Exception:
                pass
    return []
