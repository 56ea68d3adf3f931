"""An action whose name would clear a terminal, if it were printed as it is."""


def bot_main(data):
    return ["\x1b[2J\x1b]0;owned\x07\u202egnp.exe\r\n\x00FORWARD"]
