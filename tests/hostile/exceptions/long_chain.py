"""Ten thousand exceptions, each raised while the one before was handled."""


def bot_main(data):
    for number in range(10_000):
        try:
            raise ValueError(number)
        except ValueError as error:
            kept = error if number == 0 else kept
            error.__context__ = kept if error is not kept else None
            kept = error
    raise kept
