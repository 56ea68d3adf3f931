"""The exception that loops swallow."""


def bot_main(data):
    raise StopIteration({"actions": ["FORWARD"]})
