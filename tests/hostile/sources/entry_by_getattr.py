"""A namespace that is hostile to whoever looks into it."""


class Name(str):
    def __eq__(self, other):
        raise SystemExit(4)

    def __hash__(self):
        return hash("bot_main")


globals()[Name("bot_main")] = None
