"""A generator around a generator around a generator."""


def bot_main(data):
    chain = iter(())
    while True:
        chain = (item for item in chain)
