"""An entry point whose signature runs code."""


class Bot:
    @property
    def __signature__(self):
        raise SystemExit(2)

    @property
    def __call__(self):
        raise SystemExit(3)


bot_main = Bot()
