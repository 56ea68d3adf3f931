"""Says, inside python.wasm, which Python and which harness it is.

The build script finds these bytes in the memory image that is baked into the component. The text
is put together at run time, so that only an interpreter which really started can have written it.
"""

import platform

from arena_harness import HARNESS_VERSION


def of_this_python():
    """For example ``arena-runtime{python=3.14.0;harness=1}``."""
    return b"arena-runtime{python=%s;harness=%d}" % (
        platform.python_version().encode("ascii"),
        HARNESS_VERSION,
    )
