raise RuntimeError("never read: the interpreter has its own")
