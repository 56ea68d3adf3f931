raise RuntimeError("no imports for you")
