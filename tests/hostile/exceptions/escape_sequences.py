"""A message that clears the terminal, rings, renames the window and writes from right to left."""


def bot_main(data):
    raise ValueError("\x1b[2J\x1b[31m\x1b]0;owned\x07\x9b31m\r\nfake line\x00\x08\u202etxt.exe\u2066\ufeff\u2028")
