"""Thousands of keys in one bucket: integers whose hashes are equal."""

PRIME = 2**31 - 1


def bot_main(data):
    table = {}
    for number in range(1, 1_000_000):
        table[number * PRIME] = None
    return []
