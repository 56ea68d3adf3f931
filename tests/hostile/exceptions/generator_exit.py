"""The exception that generators end with."""


def bot_main(data):
    raise GeneratorExit
