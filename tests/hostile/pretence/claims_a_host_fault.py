"""Ends with words that a host uses when it gives up."""


def bot_main(data):
    raise SystemExit("shim_died: the sealed process was killed by signal 9; void; stalled; worker_lost")
