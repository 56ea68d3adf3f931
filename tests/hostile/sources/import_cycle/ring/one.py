from . import two

ACTIONS = ["FORWARD"]
