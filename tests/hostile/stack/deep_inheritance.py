"""Classes upon classes, thousands deep."""


def bot_main(data):
    kind = object
    for _ in range(5_000):
        kind = type("Heir", (kind,), {})
    return []
