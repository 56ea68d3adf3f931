"""A class whose name is a control sequence."""


def bot_main(data):
    raise type("\x1b[41mError\n", (Exception,), {"__module__": "\x1b[2J"})("x")
