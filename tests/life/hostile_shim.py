#!/usr/bin/env python3
"""A sandbox-shim that somebody has taken over: its zygote, or the children it forks, lie.

Started like the real one. What it does wrong is the path that it is given as native code:
`/WHO-DOES-WHAT/WIRE_VERSION`.
"""
import os
import signal
import socket
import struct
import sys

MODE, WIRE = sys.argv[sys.argv.index("--native") + 1].strip("/").split("/")
USAGE = struct.pack("<QQIQ", 1, 1, 0, 0)
LOADED = b"\x81" + USAGE
REPLY = b"\x82" + USAGE + struct.pack("<I", 2) + b"{}"


def child(line):
    """The life of a child, once it was told what to load."""
    line.recv(1 << 18)
    if MODE == "child-floods":
        while True:
            line.send(LOADED)
    elif MODE == "child-closes":
        line.close()
    elif MODE == "child-exits":
        os._exit(3)
    elif MODE == "child-babbles":
        line.send(b"\xff" * 100)
    elif MODE == "child-shouts":
        line.send(b"\x82" * 200_000)
    elif MODE == "child-jumps":
        line.send(REPLY)
    signal.pause()


def fork(control, theirs):
    """Forks a child and says so, as far as the mode allows."""
    pid = os.fork()
    if pid == 0:
        line = socket.socket(fileno=os.dup(theirs))
        os.closerange(0, 3)
        control.detach()
        os.close(theirs)
        try:
            child(line)
        finally:
            os._exit(1)
    os.close(theirs)
    pidfd = os.pidfd_open(pid)
    answer = b"\x92" + struct.pack("<I", pid)
    if MODE == "zygote-keeps-the-pidfd":
        control.send(answer)
    else:
        socket.send_fds(control, [answer], [pidfd])
    os.close(pidfd)


def reap(control, pid):
    """Collects a child."""
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
        how = (2, 0) if not done else (1, status & 0x7F) if status & 0x7F else (0, status >> 8)
    except ChildProcessError:
        how = (3, 0)
    control.send(b"\x93" + bytes(how))


def main():
    os.setsid()
    control = socket.socket(fileno=0)
    control.send(b"\x91" + bytes([int(WIRE)]) + struct.pack("<I", 0) + struct.pack("<IH", 0, 0))
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 64, 2)
        if not request:
            return
        if MODE == "zygote-exits":
            os._exit(7)
        if MODE == "zygote-babbles":
            control.send(b"\xff" * 100)
        elif MODE == "zygote-refuses":
            control.send(b"\x94" + struct.pack("<I", 9) + b"\x1b[2Jno\n\x07!")
        elif request[0] == 0x11:
            fork(control, descriptors[0])
        else:
            reap(control, struct.unpack("<I", request[1:5])[0])


main()
