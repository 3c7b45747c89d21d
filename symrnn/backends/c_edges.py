"""Where a scan begins and ends: states and cotangents that a caller need not give or want."""

from __future__ import annotations

from symrnn.backends.c_math import CPrinter
from symrnn.loops.scope import Names
from symrnn.lowering.arrays import NULLABLE
from symrnn.program import Delay


def starting_value(delay: Delay) -> str:
    """The number that stands for a value at the edge which the caller does not give."""
    return CPrinter(Names((), ()), "")(delay.start)


def field_or_null(holder: str, field: str) -> str:
    """A field of an argument; NULL where the argument is."""
    whole = f"{holder}->{field}"
    return f"{holder} != NULL ? {whole} : NULL" if holder in NULLABLE else whole
