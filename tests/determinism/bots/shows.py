# Appended to every bot of this folder: tells what the bot has seen, in every way there is.
import hashlib


def value_of(value):
    try:
        return repr(value() if callable(value) else value)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def bot_main(data):
    told = [[name, value_of(value)] for name, value in seen(data)]  # noqa: F821
    text = "\n".join(f"{name}: {value}" for name, value in told)
    digest = hashlib.sha256(text.encode(errors="backslashreplace")).digest()
    print(digest.hex())
    if data["time_step"] == 2:
        raise Exception(f"{digest.hex()}\n{text}")
    return {"actions": [("LEFT", "RIGHT", "FORWARD", "SHOOT")[digest[0] % 4]], "debug_info": told}
