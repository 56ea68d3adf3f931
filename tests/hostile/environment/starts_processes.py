"""Starts a shell."""


def bot_main(data):
    import subprocess

    return [subprocess.check_output("id")]
