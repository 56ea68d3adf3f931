"""Looks for anything that says where it is played, and by whom."""

import locale
import os
import platform
import site
import sys


def seen(data):
    for name in "environ getcwd getpid getppid getuid getlogin cpu_count uname getloadavg get_terminal_size umask".split():
        thing = getattr(os, name, None)
        yield name, (lambda: thing(0)) if name == "umask" else thing
    yield "root", lambda: os.listdir("/")
    yield "here", lambda: os.stat(".")
    for descriptor in range(4):
        yield f"descriptor {descriptor}", lambda: os.fstat(descriptor)
        yield f"terminal {descriptor}", lambda: os.isatty(descriptor)
    yield "host", lambda: [platform.node(), platform.platform(), platform.machine()]
    yield "locale", lambda: [locale.getlocale(), locale.localeconv(), sys.getfilesystemencoding()]
    yield "python", [sys.version, sys.flags, sys.argv, sys.path, sys.executable, sys.prefix]
    yield "limits", [sys.getrecursionlimit(), sys.getswitchinterval(), sys.maxsize, sys.float_info]
    yield "user", lambda: [site.getuserbase(), os.path.expanduser("~")]
    yield "streams", [repr(sys.stdin), repr(sys.stdout), repr(sys.stderr)]
