MINE = True


def loads(*arguments, **options):
    raise RuntimeError


dumps = JSONDecoder = JSONEncoder = loads
