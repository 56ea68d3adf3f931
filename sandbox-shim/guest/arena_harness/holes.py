"""Fills the holes in memory that importing has left, so that a bot writes to few pages.

Every bot runs in a process forked from one that holds this memory; each page that it writes to is
copied first, and that copying is most of what starting a bot costs. New objects would go into the
gaps between old ones, all over the memory. So the gaps are filled once, for good, and what a bot
allocates lies together.
"""

import sys

_LARGEST = 256 * 1024
# Below this, every size that the C library tells apart; above it, a few.
_FINE_BELOW = 1024
_STEP = 16
# What the C library keeps in each step for itself.
_HEADER = 4
_EMPTY = sys.getsizeof(b"")


def fill():
    """Blocks that have to be kept for ever: of each size, until none fits into a hole."""
    end = id(_block(4 * _LARGEST))
    blocks = []
    for size in _falling_sizes():
        while id(block := _block(size)) < end:
            blocks.append(block)
    # What is smaller than any text: the tables of short lists go there.
    while id(block := object()) < end:
        blocks.append(block)
    return blocks


def _block(size):
    return bytes(size - _EMPTY)


def _falling_sizes():
    size = _LARGEST
    while size > _FINE_BELOW:
        yield size
        size = size * 7 // 8
    # The most that fits into each step. The smallest are what most holes are made of, and most
    # texts and numbers fit into.
    yield from range(_FINE_BELOW - _HEADER, _EMPTY - 1, -_STEP)
