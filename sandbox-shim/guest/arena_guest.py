"""The component's face: ``proto/bot.wit`` on one side, the harness on the other."""

from arena_harness import holes, preload, stamp, warmup
from arena_harness.faults import BAD_REPLY, EXCEPTION, EXITED, LOAD_ERROR, OUT_OF_MEMORY, POLICY, BotFault
from arena_harness.player import Player, from_bytes
from arena_harness.sources import compiled
from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.guest import Fault, FaultKind

_KINDS = {
    LOAD_ERROR: FaultKind.LOAD_ERROR,
    POLICY: FaultKind.POLICY,
    EXCEPTION: FaultKind.EXCEPTION,
    BAD_REPLY: FaultKind.BAD_REPLY,
    OUT_OF_MEMORY: FaultKind.OUT_OF_MEMORY,
    EXITED: FaultKind.EXITED,
}


def _err(fault):
    return Err(Fault(_KINDS[fault.kind], fault.message, fault.traceback))


class Guest(exports.Guest):
    """What the host calls."""

    def warm(self):
        try:
            warmup.run(_player)
            _filling.append(holes.fill())
        except BotFault as fault:
            raise _err(fault) from None

    def load(self, files, seed, policy):
        try:
            _player.load([(file.path, file.content) for file in files], seed, policy)
        except BotFault as fault:
            raise _err(fault) from None

    def turn(self, observation):
        try:
            return _turn(observation)
        except BotFault as fault:
            raise _err(fault) from None


class Shortcuts(exports.Shortcuts):
    """What saves the host time."""

    def compile(self, source):
        try:
            return compiled(source)
        except BaseException:
            return None  # Whoever loads the source hears why.

    def prepare(self, code):
        _player.prepare(code)

    def turn(self, observation):
        try:
            return _turn(observation, from_bytes)
        except BotFault as fault:
            raise _err(fault) from None


# From here on: what is paid once, while the component is built. The state of the interpreter at
# the end of this module is what every bot starts from.
preload.everything()
preload.close_the_disk()
preload.open_the_log()
preload.mend_the_clocks()
_player = Player()
_turn = _player.turn
STAMP = stamp.of_this_python()
warmup.run(_player)
_filling = [holes.fill()]
