"""A needle that almost matches everywhere."""

HAYSTACK = "a" * 4_000_000
NEEDLE = "a" * 2_000_000 + "b"


def bot_main(data):
    while True:
        HAYSTACK.count(NEEDLE)
        HAYSTACK.replace("a", "b")
