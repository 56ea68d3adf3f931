"""A dictionary that contains itself, where nobody has to look."""


def bot_main(data):
    info = {}
    info["me"] = info
    return {"actions": [], "debug_info": info}
