"""A reply of one byte more than is allowed."""

LIMIT = 64 * 1024


def bot_main(data):
    frame = len('{"actions":[],"debug_info":""}')
    return {"actions": [], "debug_info": "x" * (LIMIT - frame + 1)}
