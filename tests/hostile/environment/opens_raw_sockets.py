"""Connects to the world by the module beneath."""


def bot_main(data):
    import _socket

    return [_socket.socket(1, 1, 0)]
