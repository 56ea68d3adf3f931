from bot import NAME

ACTIONS = [NAME]
