"""Every call of the os module that would leave the sandbox, and none of them works."""

import os

CALLS = {
    "fork": (), "forkpty": (), "execv": ("/bin/sh", ["sh"]), "posix_spawn": ("/bin/sh", ["sh"], {}),
    "kill": (1, 9), "killpg": (1, 9), "pipe": (), "dup": (0,), "memfd_create": ("x",), "setuid": (0,),
    "chroot": ("/",), "mount": ("", ""), "unshare": (0,), "pidfd_open": (1,), "eventfd": (0,), "openpty": (),
    "sched_setaffinity": (0, [0]), "nice": (-20,), "chdir": ("/",), "symlink": ("/", "x"), "system": ("id",),
}  # fmt: skip


def bot_main(data):
    for name, arguments in CALLS.items():
        try:
            getattr(os, name)(*arguments)
        except (AttributeError, OSError):
            continue
        raise SystemExit(f"os.{name} worked")
    return []
