"""Writes and reads floating point numbers in every way."""

import cmath
import decimal
import fractions
import json
import math
import statistics
import struct


def seen(data):
    x = 1.1 + data["time_step"] / 3
    numbers = [x, x**0.1, -x / 7e300, x * 1e22, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1e16, -0.0]
    yield "repr", numbers
    yield "formats", [f"{n:.17g} {n:e} {n:.3f} {n:g} {n:%} {n:n} {n!s:.9}" for n in numbers[:4]]
    yield "hex", [n.hex() for n in numbers]
    yield "read", [float(repr(n)) == n for n in numbers] + [float("1.00000000000000011102230246251565404e0")]
    yield "ratio", [x.as_integer_ratio(), fractions.Fraction(x).limit_denominator(99), round(x, 2), round(-2.5)]
    yield "json", lambda: json.dumps([*numbers, float("inf"), float("nan")])
    odd = [float("inf") - float("inf"), float("inf") * 0.0, float("nan"), -float("nan"), math.fmod(x, 5e-324)]
    yield "bits", [struct.pack("<d", n).hex() for n in odd] + [math.copysign(1, n) for n in odd]
    functions = "sin cos tan asinh erf erfc gamma lgamma exp expm1 log1p log2 cbrt sqrt sinh atan".split()
    yield "math", [getattr(math, name)(x).hex() for name in functions]
    yield "powers", [(x**y).hex() for y in (0.5, -3, 1 / 3, 17.25)] + [math.pow(x, x).hex(), pow(10, -320)]
    yield "complex", [cmath.sqrt(-x), cmath.exp(complex(x, x)), complex(x, -1) ** complex(0.5, 2)]
    yield "sums", [sum(numbers[:4]), math.fsum(numbers[:4]), math.hypot(*numbers[:2]), statistics.stdev(numbers[:2])]
    yield "decimal", [decimal.Decimal(x), decimal.Decimal(x).sqrt(), decimal.getcontext().prec]
