"""Looks for a file that every machine has."""


def bot_main(data):
    return [open("/etc/passwd").read()]
