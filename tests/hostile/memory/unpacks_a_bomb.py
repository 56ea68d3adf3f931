"""A few kilobytes of zlib that unpack to a gigabyte."""

import zlib


def bot_main(data):
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 16)) for _ in range(64)) + packer.flush()
    return [len(zlib.decompress(packed) * 256)]
