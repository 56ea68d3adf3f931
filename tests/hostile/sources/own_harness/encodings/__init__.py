raise RuntimeError("no encodings for you")
