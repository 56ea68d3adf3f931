"""A question to a name server carries data out as well as a connection does."""


def bot_main(data):
    import _socket

    return [_socket.getaddrinfo("secret.example.com", 80)]
