"""Hosts one bot on a plain python3: the harness and the frames of the sandbox, without the sandbox.

Started by ``worker play --unsandboxed``, and by nothing else. Everything that a bot does here, it does
with the rights of whoever started it; nothing is counted and nothing is forbidden. The frames are
those of ``proto/pipe``. This part must stay as plain as Python 3.9.
"""

import sys

if sys.version_info < (3, 9):
    sys.exit("worker play --unsandboxed needs Python 3.9 or newer, and this is " + sys.version.split()[0])

import faulthandler
import linecache
import os
import signal
import struct

from arena_harness import faults, preload, report
from arena_harness.player import Player
from arena_harness.sources import Sources

_FRAME_BYTES_MAX = 160 << 10
_LOAD, _CHUNK, _TURN = 0x01, 0x02, 0x03
# Nothing used, because nothing is counted: fuel, memory, log, bytes of log dropped.
_NOTHING_USED = struct.pack("<QQIQ", 0, 0, 0, 0)
_LOADED = b"\x81" + _NOTHING_USED
_REPLY = b"\x82" + _NOTHING_USED
_FAULT = b"\x83" + _NOTHING_USED
_KINDS = {
    faults.LOAD_ERROR: 1,
    faults.POLICY: 2,
    faults.EXCEPTION: 3,
    faults.BAD_REPLY: 4,
    faults.OUT_OF_MEMORY: 6,
    faults.EXITED: 9,
}
_MAGIC_BYTES = 16
_SECONDS_BETWEEN_LOOKS = 1
_length = struct.Struct("<I").pack


def serve():
    """Says that it is there, loads a bot, and answers turns until the worker hangs up.

    The socket comes as standard output, which is wanted for what bots print.
    """
    descriptor = os.dup(1)
    os.dup2(2, 1)
    _end_with_the_worker()
    # On this signal, whoever waits for us shows where we are, and we end.
    faulthandler.register(signal.SIGUSR1, all_threads=False, chain=True)
    preload.open_the_log()
    line = _Line(descriptor)
    player = Player()
    line.send(_LOADED)
    order = line.receive_bot()
    if order is not None:
        files, seed, policy, reply_bytes_max = order
        if line.report(lambda: player.load(files, seed, policy), while_loading=True):
            line.send(_LOADED)
            line.serve_turns(player.turn, reply_bytes_max)
    os._exit(0)


class _Line:
    """Frames over a SEQPACKET socket: one message, one system call."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._buffer = bytearray(_FRAME_BYTES_MAX)
        self._buffers = [self._buffer]

    def send(self, frame):
        try:
            os.write(self._descriptor, frame)
        except OSError:
            os._exit(1)  # The worker is gone.

    def serve_turns(self, turn, reply_bytes_max):
        buffer, buffers, descriptor = self._buffer, self._buffers, self._descriptor
        while True:
            size = os.readv(descriptor, buffers)
            if not size or buffer[0] != _TURN:
                return
            try:
                reply = turn(buffer[5:size].decode()).encode()
                if len(reply) > reply_bytes_max:
                    raise faults.BotFault(faults.BAD_REPLY, _too_long(len(reply), reply_bytes_max))
            except faults.BotFault as fault:
                self.send(_of_fault(fault, while_loading=False))
            else:
                self.send(_REPLY + _length(len(reply)) + reply)

    def report(self, call, while_loading):
        """Makes a call; whether it ended without a fault."""
        try:
            call()
        except faults.BotFault as fault:
            self.send(_of_fault(fault, while_loading))
            return False
        return True

    def receive_bot(self):
        """Its files, its seed, its policy and its longest reply; nothing if the worker has hung up."""
        size = os.readv(self._descriptor, self._buffers)
        if not size or self._buffer[0] != _LOAD:
            return None
        seed, _, _, _, reply_bytes_max, _, expected = struct.unpack_from("<QQQQIII", self._buffer, 1)
        policy = bytes(self._buffer[49:size]).decode()
        bundle = bytearray()
        while len(bundle) < expected:
            size = os.readv(self._descriptor, self._buffers)
            if not size or self._buffer[0] != _CHUNK:
                return None
            bundle += self._buffer[5:size]
        return _files(bytes(bundle)), seed, policy, reply_bytes_max


def _of_fault(fault, while_loading):
    kind = fault.kind
    if kind == faults.OUT_OF_MEMORY:
        # No memory was refused: Python raises this for other reasons too.
        kind = faults.LOAD_ERROR if while_loading else faults.EXCEPTION
    message, traceback = fault.message.encode(), fault.traceback.encode()
    return b"".join(
        (_FAULT, bytes([_KINDS[kind]]), _length(len(message)), message, _length(len(traceback)), traceback)
    )


def _too_long(size, size_max):
    return f"the reply is {size} bytes long; at most {size_max} are allowed"


def _files(bundle):
    """The files of a bundle, as ``terms::Bundle`` writes it."""
    at = _MAGIC_BYTES
    (count,) = struct.unpack_from("<I", bundle, at)
    at += 4
    parts = []
    for _ in range(2 * count):
        (size,) = struct.unpack_from("<I", bundle, at)
        parts.append(bundle[at + 4 : at + 4 + size])
        at += 4 + size
    return [(path.decode(), content) for path, content in zip(parts[::2], parts[1::2])]


def _end_with_the_worker():
    """A bot in an endless loop must not outlive a worker that was killed."""
    worker = os.getppid()

    def look(_signal, _frame):
        if os.getppid() != worker:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS_BETWEEN_LOOKS, _SECONDS_BETWEEN_LOOKS)


def _install_with_lines(sources, install=Sources.install):
    """Lets debuggers show the bot's lines, which are in no file that they could read."""
    install(sources)
    for path in sources.files:
        if path.endswith(".py"):
            sources.show_lines(path)
            if path in linecache.cache:
                linecache.cache[os.path.abspath(path)] = linecache.cache[path]


Sources.install = _install_with_lines
if not hasattr(_install_with_lines.__code__, "co_positions"):
    # Before Python 3.11, code does not know its columns.
    report._marked_summary = report._summary
