"""An event loop needs what is not there."""

import asyncio


async def think():
    await asyncio.sleep(1e9)
    return ["FORWARD"]


def bot_main(data):
    return asyncio.run(think())
