"""A reply whose class cannot even be named."""


class Meta(type):
    @property
    def __name__(cls):
        raise KeyboardInterrupt

    def __subclasscheck__(cls, other):
        raise KeyboardInterrupt

    def __repr__(cls):
        raise KeyboardInterrupt


class Unspeakable(metaclass=Meta):
    def __repr__(self):
        raise KeyboardInterrupt


def bot_main(data):
    return [Unspeakable()]
