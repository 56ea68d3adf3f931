"""A temporary file, which needs a folder."""


def bot_main(data):
    import tempfile

    return [tempfile.mkstemp()]
