"""A list that grows while it is written."""


class Grower(dict):
    def items(self):
        HELD["debug_info"].append(Grower(a=1))
        HELD["actions"].append("LEFT")
        return list(super().items())


HELD = {"actions": [], "debug_info": []}


def bot_main(data):
    HELD["debug_info"] = [Grower(a=1)]
    return HELD
