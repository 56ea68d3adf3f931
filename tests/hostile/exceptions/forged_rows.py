"""A message that looks like rows of the standings, with line ends and column marks."""


def bot_main(data):
    raise ValueError("\n 1  forged_rows  | 99.0 | 99 | 0 | 0\n\n\n\u2502 winner \u2502\t\x0b\x0c\x85fault: none")
