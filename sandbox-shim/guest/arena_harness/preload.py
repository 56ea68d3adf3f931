"""Imports what a bot may want, while there is still a disk to read from.

A bot has no files: what is not imported here cannot be imported at all, and what is costs a bot
nothing but memory, which every bot's limit includes. Hence the choice: what computes, what a file
may import out of habit, and all encodings a source may be written in; not what needs files,
processes, networks, threads or a screen.
"""

import codecs
import importlib
import os
import sys
import time

MODULES = """
    __future__ _strptime abc argparse array ast atexit base64 binascii bisect builtins calendar cmath codecs
    collections collections.abc colorsys configparser contextlib contextvars copy copyreg csv dataclasses
    datetime decimal difflib dis enum errno fnmatch fractions functools gc graphlib hashlib heapq hmac
    importlib importlib.abc importlib.machinery importlib.util inspect io itertools json keyword linecache
    locale logging marshal math numbers opcode operator os os.path pathlib pickle pkgutil platform posixpath
    pprint queue random re reprlib sched secrets shlex signal stat statistics string struct symtable sys
    textwrap threading time timeit token tokenize tomllib traceback types typing unicodedata unittest
    urllib.parse uuid warnings weakref zlib
""".split()

#: What a file may begin with: `# coding: ...`.
ENCODINGS = """
    ascii big5 charmap cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437 cp850 cp866 cp932
    cp936 cp949 cp950 euc_jp euc_kr gb18030 gb2312 gbk hex_codec idna iso2022_jp iso8859_1 iso8859_15 iso8859_2
    iso8859_5 iso8859_7 iso8859_9 koi8_r koi8_u latin_1 mac_roman punycode raw_unicode_escape rot_13 shift_jis
    unicode_escape utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le utf_7 utf_8 utf_8_sig zlib_codec
""".split()


def everything():
    """Imports it all. Fails if this Python lacks something: then the list must say so."""
    for name in MODULES:
        importlib.import_module(name)
    for name in ENCODINGS:
        codecs.lookup(name)


def close_the_disk():
    """Makes a failing import fail at once, and forgets the machine that built this."""
    sys.path.clear()
    sys.path_importer_cache.clear()
    sys.path_hooks.clear()
    os.environ.clear()


def open_the_log():
    """Gives ``print`` streams that write whole lines.

    The interpreter starts unbuffered here, which costs the host two calls per ``print``. By line,
    so that what a bot printed before it was stopped is kept; and any text at all.
    """
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def mend_the_clocks():
    """Lets the processor's time begin with the bot.

    It would be counted from when this was built. Here a process has no other time than the
    monotonic clock, which the host drives by the work that was done.
    """
    time.process_time = time.monotonic
    time.process_time_ns = time.monotonic_ns
