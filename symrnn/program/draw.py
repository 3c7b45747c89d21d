"""Numbers for what is given, as the equations' source says: ``Variable.drawn``.

A formula of random numbers, indices, sizes and the step says more than an interval: a mask is
0 or 1 where it must be, a decay lies in the paper's ring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Expr, Mod

from symrnn.program.expressions import STEP, UNIFORM, IndexSymbol
from symrnn.program.form import Program, Role, Span, Variable
from symrnn.program.interpret import NUMPY, Array, evaluate

OPERATIONS = replace(NUMPY, elementary={**NUMPY.elementary, Mod: np.mod},
                     named={"power": np.power})


def drawn(program: Program, roles: tuple[Role, ...], sizes: Mapping[str, int],
          random: np.random.Generator) -> dict[str, Array]:
    """Values of all variables of some roles that have a formula, shaped as they are stored.

    ``sizes`` has all sizes. A formula may read what was drawn before.
    """
    found: dict[str, Array] = {}
    for one in program.with_role(*roles):
        if one.drawn is not None:
            found[one.name] = _values(one, one.drawn, sizes, random, found)
    return found


def _values(one: Variable, formula: Expr, sizes: Mapping[str, int], random: np.random.Generator,
            found: Mapping[str, Array]) -> Array:
    shape = [sizes[axis] for axis in one.shape]
    known: dict[str, Any] = {**found, UNIFORM.name: random.random(shape), **_places(one, shape)}
    with np.errstate(all="ignore"):  # branches that are not taken
        value = evaluate(formula, known.__getitem__, sizes, OPERATIONS)
    return np.broadcast_to(np.asarray(value, float), shape).copy()


def _places(one: Variable, shape: list[int]) -> dict[str, Array]:
    """Where the entries stand, along their own axes and in time."""
    along = np.indices(shape, sparse=True)
    outer = len(shape) - len(one.axes)
    steps = {STEP.name: along[0] + 1} if one.span is Span.SEQUENCE else {}
    return {**steps, **{IndexSymbol.at(place).name: index
                        for place, index in enumerate(along[outer:])}}
