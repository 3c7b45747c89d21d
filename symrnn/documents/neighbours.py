"""What is next to a cell: variants of the same builder, and what is proved to be the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations, product
from typing import Any

import numpy as np

from symrnn.authoring import Architecture
from symrnn.comparison import Comparison, Verdict, compare
from symrnn.documents.equations import Equations
from symrnn.backends.document import Shown
from symrnn.documents.page import Equal, Neighbour
from symrnn.interop.conventions import FRAMEWORKS, Framework
from symrnn.program import FED, Program, Role
from symrnn.program.interpret import Interpreter

PLACES = 9  # of numbers that are compared


def neighbour(name: str, other: Program, here: Program) -> Neighbour:
    """The equations that only one of two variants has, by what they bind and how."""
    return Neighbour(name, other.title, _only(here, other), _only(other, here))


def _only(program: Program, other: Program) -> tuple[Shown, ...]:
    """The equations of a program that the other one lacks."""
    known = {(one.lhs, one.rhs) for one in other.equations}
    own = Equations(program)
    return tuple(own.by_name[one.lhs].formula for one in program.equations
                 if one.lhs in own.by_name and (one.lhs, one.rhs) not in known)


def equal_layers(one: Architecture, program: Program) -> tuple[Equal, ...]:
    """Layers of other libraries that are proved to be this cell, and what their weights are here.

    Conventions of the same cell with the same options are compared.
    """
    found = []
    for name, framework in _conventions(one):
        result = compare(program, name)
        if result.same:
            found.append(Equal(name, framework.title, _key(result), False,
                               tuple(result.parameters.items())))
    return tuple(found)


def _conventions(one: Architecture) -> Iterator[tuple[str, Framework]]:
    """Conventions of the same builder, with every choice of options that gives its options."""
    if not isinstance(one.builder, partial):
        return
    for name, framework in FRAMEWORKS.items():
        if framework.build is one.builder.func:
            for choice in product(*framework.options.values()):
                effects = [values[chosen] for values, chosen in
                           zip(framework.options.values(), choice, strict=True)]
                made = {key: value for each in effects for key, value in each.cell.items()}
                if made == one.builder.keywords and not any(each.complemented for each in effects):
                    yield _spelled(name, framework, choice), framework


def _spelled(name: str, framework: Framework, choice: Sequence[str]) -> str:
    """``onnx-gru:linear_before_reset=1``; what is so by default is not said."""
    told = [f"{key}={value}" for (key, values), value in
            zip(framework.options.items(), choice, strict=True) if value != next(iter(values))]
    return f"{name}:{','.join(told)}" if told else name


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
            found[here].append(Equal(there, programs[there].title, _key(result), True,
                                     tuple(result.parameters.items())))
    return {name: tuple(found[name]) for name in programs}


def _key(result: Comparison) -> str:
    return {Verdict.SAME: "same", Verdict.MERGED: "merged"}[result.verdict]


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
