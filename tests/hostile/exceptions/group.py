"""A group of groups of exceptions."""


def bot_main(data):
    group = ExceptionGroup("leaf", [ValueError(number) for number in range(50)])
    for depth in range(500):
        group = ExceptionGroup(f"level {depth}", [group, KeyError(depth)])
    raise group
