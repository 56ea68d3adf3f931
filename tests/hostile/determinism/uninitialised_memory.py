"""Looks at memory that somebody used before, by way of text that is being built."""

import io


def bot_main(data):
    buffer = io.BytesIO()
    buffer.seek(100_000)
    buffer.write(b"x")
    return {"actions": [], "debug_info": sum(buffer.getvalue())}
