"""An exception with megabytes to say."""


def bot_main(data):
    raise ValueError("blah " * 2_000_000)
