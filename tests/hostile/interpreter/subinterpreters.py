"""An interpreter within the interpreter."""


def bot_main(data):
    import _interpreters

    return [_interpreters.exec(_interpreters.create(), "while True: pass")]
