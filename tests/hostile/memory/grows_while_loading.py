"""Is full before it can play."""

KEPT = []
while True:
    KEPT.append("x" * 100_000)


def bot_main(data):
    return []
