"""Brings its own copies of the harness, of the encodings and of the import system."""

import arena_harness.player
import encodings


def bot_main(data):
    return [arena_harness.player.ACTION]
