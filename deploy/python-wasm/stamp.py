"""What python.wasm says about itself, in custom sections at its end, and whether it is whole.

Last comes `arena-runtime`, whose JSON holds the SHA-256 of all bytes before it: whoever loads the
file can tell damage. Before it comes `arena-inputs`, the key of what the file was built from.
"""

import hashlib
import json
import re

from problem import Problem

_CUSTOM = 0
_INPUTS = "arena-inputs"
_RUNTIME = "arena-runtime"
# Written by the guest itself, see sandbox-shim/guest/arena_harness/stamp.py.
_SELF_PORTRAIT = re.compile(rb"arena-runtime\{python=(\d+\.\d+\.\d+[0-9a-z+]*);harness=(\d+)\}")


def seal(component, key):
    """The component with both sections at its end."""
    python, harness = _what_is_inside(component)
    body = component + section(_INPUTS, key.encode())
    about = {"version": 1, "python": python, "harness": harness, "sha256": hashlib.sha256(body).hexdigest()}
    return body + section(_RUNTIME, json.dumps(about, separators=(",", ":")).encode())


def is_intact(path, key):
    """Whether the file at `path` is undamaged and was built from the inputs of `key`."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    start = content.rfind(bytes([len(_RUNTIME)]) + _RUNTIME.encode() + b"{")
    if start < 0:
        return False
    try:
        about = json.loads(content[start + 1 + len(_RUNTIME) :])
        body = content[: start - _header_bytes(len(content) - start)]
    except ValueError:
        return False
    ends_with_key = body.endswith(section(_INPUTS, key.encode()))
    return ends_with_key and about.get("sha256") == hashlib.sha256(body).hexdigest()


def section(name, payload):
    """A custom section: its number, its size, its name, its content."""
    content = leb128(len(name)) + name.encode() + payload
    return bytes([_CUSTOM]) + leb128(len(content)) + content


def leb128(number):
    """An unsigned number as WebAssembly writes it."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _header_bytes(content_bytes):
    return 1 + len(leb128(content_bytes))


def _what_is_inside(component):
    found = set(_SELF_PORTRAIT.findall(component))
    if len(found) != 1:
        raise Problem(f"the component should say once which Python it is, but does so {len(found)} times")
    python, harness = found.pop()
    return python.decode(), int(harness)
