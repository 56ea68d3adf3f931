"""Half a character."""


def bot_main(data):
    return ["\ud800"]
