"""Connects to the world."""


def bot_main(data):
    import socket

    return [socket.create_connection(("127.0.0.1", 80))]
