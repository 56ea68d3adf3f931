"""One format specification that asks for two gigabytes of blanks."""


def bot_main(data):
    return [f"{1:2000000000}"]
