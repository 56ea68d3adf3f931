"""Loads one bot and asks it for its turns; baked into python.wasm, and testable under any CPython.

Nothing here is trusted: it shares an interpreter with the bot, which may rewrite all of it. What
it owes is good manners towards honest bots: cheap turns and exact reasons when something fails.
Limits, clocks and verdicts belong to the host.

    sources   the bot's files, importable from memory
    entry     finds the function to call
    policy    what the tournament forbids, and the sentences about it
    reading   finds it in the bot's source
    guard     sources under a policy: read first, and watched while they run
    reply     what a bot returned, as JSON, or a sentence why not
    report    an exception as the bot's author should see it
    player    load and turn, put together
    preload   the standard library that bots find already imported
    warmup    pays one-time costs before there is a bot
"""

#: Raise it when the same bot could answer differently or fail differently than before.
HARNESS_VERSION = 1
