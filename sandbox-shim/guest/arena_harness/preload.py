"""Imports what a bot may want, while there is still a disk to read from.

A bot has no files: what is not imported here cannot be imported at all, and what is costs nothing.
Left out: what needs files, processes, networks, threads or a screen.
"""

import codecs
import importlib
import os
import pkgutil
import sys

MODULES = """
    __future__ abc argparse array ast atexit base64 binascii bisect builtins bz2 calendar cmath cmd code
    codecs codeop collections collections.abc colorsys configparser contextlib contextvars copy copyreg
    csv dataclasses datetime decimal difflib dis doctest email email.message email.policy encodings enum
    errno fnmatch fractions functools gc getopt gettext glob graphlib gzip hashlib heapq hmac html
    html.entities html.parser importlib importlib.abc importlib.machinery importlib.metadata
    importlib.resources importlib.util inspect io ipaddress itertools json json.decoder json.encoder
    json.scanner json.tool keyword linecache locale logging logging.config logging.handlers lzma
    marshal math mimetypes
    modulefinder numbers opcode operator optparse os os.path pathlib pickle pickletools pkgutil platform
    plistlib posixpath pprint profile pstats py_compile pyclbr queue quopri random re re._casefix
    re._compiler re._constants re._parser reprlib rlcompleter runpy sched secrets shelve shlex shutil
    signal site sre_compile sre_constants sre_parse stat statistics string string.templatelib stringprep
    struct symtable sys sysconfig tabnanny tempfile textwrap this threading time timeit token
    tokenize tomllib trace traceback tracemalloc types typing unicodedata unittest unittest.mock urllib
    urllib.parse uuid warnings wave weakref xml.dom.minidom xml.etree.ElementTree xml.sax zipapp zipfile
    zipimport zlib zoneinfo concurrent.futures asyncio annotationlib compression.zlib
    _collections_abc _pydatetime _pydecimal _strptime _weakrefset _pyio
""".split()
# `this` prints a poem, `antigravity` opens a browser: nothing may be written while building.
_NEVER = {"this", "antigravity"}


def everything():
    """Imports the modules of this Python among MODULES, and all text encodings."""
    missing = []
    for name in MODULES:
        if name in _NEVER:
            continue
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    _encodings()
    return missing


def _encodings():
    import encodings

    for module in pkgutil.iter_modules(encodings.__path__):
        try:
            codecs.lookup(module.name)
        except (ImportError, LookupError):
            pass  # For another operating system, or without its C part here.


def close_the_disk():
    """Makes a failing import fail at once, and forgets the machine that built this."""
    sys.path.clear()
    sys.path_importer_cache.clear()
    sys.argv[:] = [""]
    os.environ.clear()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            # By line, so that what a bot printed before it was stopped is kept; and any text at all.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
