"""What is next to a cell: variants of the same builder, and what is proved to be the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from symrnn.comparison import compare
from symrnn.documents.equations import Equations
from symrnn.documents.frameworks import KEYS
from symrnn.documents.page import Equal, Neighbour
from symrnn.documents.rows import EquationRow
from symrnn.program import FED, Program, Role
from symrnn.program.interpret import Interpreter

PLACES = 9  # of numbers that are compared


def neighbour(name: str, other: Program, here: Program) -> Neighbour:
    """The equations that only one of two variants has, by what they bind and how."""
    return Neighbour(name, other.title, _only(here, other), _only(other, here))


def _only(program: Program, other: Program) -> tuple[EquationRow, ...]:
    """The equations of a program that the other one lacks."""
    known = {(one.lhs, one.rhs) for one in other.equations}
    own = Equations(program)
    return tuple(own.by_name[one.lhs] for one in program.equations
                 if one.lhs in own.by_name and (one.lhs, one.rhs) not in known)


def equal_cells(programs: Mapping[str, Program]) -> dict[str, tuple[Equal, ...]]:
    """For every cell those of the others that are proved to be the same function.

    Compared are cells that agree where all parameters are zero: renaming, exchanging signs and
    transposing parameters, and merging them, leave zero as it is.
    """
    alike = defaultdict[object, list[str]](list)
    for name, program in programs.items():
        alike[_without_parameters(program)].append(name)
    found = defaultdict[str, list[Equal]](list)
    for one, other in (pair for names in alike.values() for pair in combinations(names, 2)):
        for here, there in ((one, other), (other, one)):
            result = compare(programs[here], programs[there])
            if not result.same:
                break
            found[here].append(Equal(there, programs[there].title, KEYS[result.verdict],
                                     tuple(result.parameters.items())))
    return {name: tuple(found[name]) for name in programs}


def _without_parameters(program: Program) -> object:
    """What one step makes of equal inputs and states where all parameters are zero."""
    free = {one.name: 2 for one in program.sizes if one.value is None}
    sizes = Interpreter(program, {}, {"T": 1, "B": 1, **free}).sizes
    level = {Role.PARAMETER: 0.0, Role.INITIAL: 0.7, **dict.fromkeys(FED, 0.4)}
    given = {one.name: np.full([sizes[axis] for axis in one.shape], level[one.role])
             for one in program.variables if one.role in level}
    interpreter = Interpreter(program, given, sizes)
    with np.errstate(all="ignore"):
        ends = sorted(_entries(interpreter.whole(one.final)) for one in program.delays)
        outputs = sorted(_entries(interpreter.whole(one)) for one in program.outputs)
    return tuple(ends), tuple(outputs), len(program.with_role(*FED))


def _entries(array: Any) -> tuple[object, ...]:
    return (array.ndim, *np.round(np.sort(array, axis=None), PLACES).tolist())
