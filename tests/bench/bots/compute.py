"""Computes: 20 000 steps of a loop in every turn."""


def bot_main(input_data):
    total = 0
    for step in range(20_000):
        total = (total + step * 3) & 0xFFFF
    return {"actions": [], "debug_info": total}
