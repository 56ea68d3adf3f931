"""Loads a bot, and asks it for a reply per turn."""

import json
import marshal
import random
import sys

import spacecode

from arena_harness import entry, report
from arena_harness.faults import BAD_REPLY, LOAD_ERROR, OUT_OF_MEMORY, BotFault
from arena_harness.guard import GuardedSources
from arena_harness.reply import BadReply, to_json
from arena_harness.sources import ENTRY_PATH, Sources

# Memory to write the report with when the bot has used up all there is. Never written to, so that
# a forked process shares it until then.
_BALLAST_BYTES = 256 * 1024

# Taken before there is a bot, which may replace the originals.
_loads = json.loads
_scan = json.JSONDecoder().scan_once

#: Reads an observation that the host has translated for us.
from_bytes = marshal.loads


def from_text(observation):
    """Reads an observation that is JSON text."""
    try:
        return _scan(observation, 0)[0]
    except StopIteration:
        return _loads(observation)


class Player:
    """One bot, from its files to its last turn."""

    def __init__(self):
        self._sources = None
        self._call = None
        self._code = None
        self._turn = spacecode._turn
        self._ballast = bytes(_BALLAST_BYTES)
        # Whoever replaces sys.stdout need not be flushed by us; these are the ones the host reads.
        self._flushes = [stream.flush for stream in (sys.stdout, sys.stderr) if stream is not None]

    def prepare(self, code):
        """Takes the bytecode of the ``bot.py`` that is loaded next. Under a policy it is not used: there
        the source has to be read anyway."""
        self._code = code

    def load(self, files, seed, policy=""):
        """Runs ``bot.py`` and finds its entry point. ``files`` are pairs of path and bytes.

        ``policy`` is what the tournament forbids, a rule per line; without one nothing is spent on it.
        """
        sources = GuardedSources(files, policy) if policy else Sources(files, self._code)
        self._sources = sources
        if ENTRY_PATH not in sources.files:
            raise BotFault(LOAD_ERROR, f"there is no {ENTRY_PATH} among the bot's files")
        if policy:
            sources.check()
        sources.install()
        sys.argv[:] = [ENTRY_PATH]
        random.seed(seed)
        try:
            call = entry.find(sources.run_entry())
            self._call = sources.watched(call) if policy else call
        except BotFault:
            raise
        except BaseException as error:
            raise self._fault(error, while_loading=True) from None
        finally:
            self._flush()

    def turn(self, observation, read=from_text):
        """The reply to an observation, as JSON text; the observation as ``read`` takes it."""
        try:
            data = read(observation)
            self._turn[:] = (data,)
            return to_json(self._call(data))
        except BadReply as why:
            raise BotFault(BAD_REPLY, str(why)) from None
        except BaseException as error:
            raise self._fault(error, while_loading=False) from None
        finally:
            self._flush()

    def unload(self):
        """Forgets the bot: for the warm-up and for tests. A real bot's process just ends."""
        self._sources.uninstall()
        self._sources = self._call = self._code = None
        self._turn.clear()

    def _fault(self, error, while_loading):
        kind = report.kind_of(error, while_loading)
        if kind == OUT_OF_MEMORY:
            self._ballast = None
        try:
            shown = report.traceback_of(error, self._sources)
            return BotFault(kind, report.message_of(error), shown)
        except BaseException:
            # A hostile exception, or one that leaves no room to describe it.
            return BotFault(kind, "an exception that cannot be shown")

    def _flush(self):
        for flush in self._flushes:
            try:
                flush()
            except BaseException:
                pass  # The bot closed it: its own log is what it loses.
