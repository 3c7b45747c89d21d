"""What the equations give, to as many digits as it takes to round it rightly."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb

from symrnn.adjoint import join
from symrnn.checking.reference import Case
from symrnn.program import Program, ProgramError, Role
from symrnn.program.interpret import Array, Interpreter
from symrnn.rounding.balls import EXACT, balls, precision

FIRST, LAST = 256, 32_768  # bits
CLOSE = arb(2) ** -90  # of a number: far below what a float tells of it
SMALLEST = arb(2) ** -1200  # far below every float
Exact = dict[str, Array]


def exact(case: Case, gradients: bool = True) -> Exact:
    """Outputs, final states and gradients of a case by name, as balls that are as good as points.

    Precision doubles until they are. Raises ProgramError where a value is not finite, or its
    digits do not come.
    """
    bits = FIRST
    while bits <= LAST:
        with precision(bits):
            found = _interpreted(case, gradients)
        if all(_known(one) for array in found.values() for one in array.flat):
            return found
        bits *= 2
    raise ProgramError(f"{case.plan.program.name}: the equations have no finite value that "
                       f"{LAST} bits tell at these arguments; take another range")


def _interpreted(case: Case, gradients: bool) -> Exact:
    plan = case.plan
    both = join(plan.program, plan.gradient) if gradients else plan.program
    given = {name: balls(one) for name, one in case.values.items()}
    interpreter = Interpreter(both, given, case.sizes, EXACT)
    names = {name: name for name in results(plan.program)}
    wanted = names | ({one.name: one.of for one in plan.gradient.with_role(Role.GRADIENT)}
                      if gradients else {})
    return {called: balls(interpreter.whole(name)) for name, called in wanted.items()}


def results(program: Program) -> tuple[str, ...]:
    """Outputs and final states."""
    return (*program.outputs, *(one.final for one in program.delays))


def _known(number: Any) -> bool:
    return bool(number.is_finite() and (number.rad() <= abs(number.mid()) * CLOSE
                                        or number.abs_upper() < SMALLEST))


def middles(array: Array, dtype: str = "float64") -> Array:
    """Balls as the nearest floats."""
    return np.asarray(np.frompyfunc(lambda one: float(one.mid()), 1, 1)(array), dtype)
