"""Retries whatever stops it, and asks never to be stopped."""


def bot_main(data):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
        finally:
            continue
