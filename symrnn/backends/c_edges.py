"""Where a scan begins and ends: states and cotangents that a caller need not give or want."""

from __future__ import annotations

from symrnn.backends.c_math import CPrinter
from symrnn.backends.names import Names
from symrnn.program import Delay, Role, Variable, symbols_in_order
from symrnn.schedule import Place, Schedule

NULLABLE = ("initial", "state", "final", "next")  # arguments that may be NULL as a whole


def edges(schedule: Schedule) -> list[Delay]:
    """The delays whose values at the edge a function reads."""
    read = {name for one in schedule.program.equations for name in symbols_in_order(one.rhs)}
    return [*schedule.program.delays, *(one for one in schedule.earlier if one.lhs in read)]


def starting_value(delay: Delay) -> str:
    """The number that stands for a value at the edge which the caller does not give."""
    return CPrinter(Names((), ()), "")(delay.start)


def field_or_null(holder: str, field: str) -> str:
    """A field of an argument; NULL where the argument is."""
    whole = f"{holder}->{field}"
    return f"{holder} != NULL ? {whole} : NULL" if holder in NULLABLE else whole


def is_optional(schedule: Schedule, variable: Variable) -> bool:
    """True for a gradient of the caller's, which may be NULL: nobody wants it then."""
    return (variable.role is Role.GRADIENT
            and schedule.places.get(variable.name) is Place.CALLER)
