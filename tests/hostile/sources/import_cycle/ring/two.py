from . import one, three
