"""A worked example: a small case, every value of it, as the interpreter computes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from symrnn.adjoint import join
from symrnn.checking.reference import Case, random_case
from symrnn.documents.equations import Equations
from symrnn.documents.page import Example, Matrix, Table, Values
from symrnn.program import FED, Program, Role, Span, Variable
from symrnn.program.interpret import Interpreter
from symrnn.schedule import Plan

STEPS, SMALLEST, PLACES, SEED = 3, 2, 1, 1  # values that are given have one place


def example(plan: Plan, forward: Equations, gradient: Equations) -> Example:
    """Two or three units over three steps of one sample: what is given, and all that follows."""
    return _Worked(small_case(plan), forward, gradient).example()


def small_case(plan: Plan) -> Case:
    """A case that fits a page: given numbers that a reader can type, and whose values are finite.

    Where those leave the domain of a function, their sizes without signs are taken.
    """
    with np.errstate(all="ignore"):
        for positive in (False, True):
            found = _rounded(random_case(plan, SEED, STEPS, 1, positive, SMALLEST))
            values = Interpreter(plan.program, found.values, found.sizes)
            if all(np.isfinite(values.whole(name)).all() for name in plan.program.outputs):
                break
    return found


def _rounded(case: Case) -> Case:
    return replace(case, values={name: np.round(one, PLACES) + 0.0
                                 for name, one in case.values.items()})


class _Worked:
    """Asks the interpreter of both passes for values, and ties them to equations."""

    def __init__(self, case: Case, forward: Equations, gradient: Equations) -> None:
        self.case, self.forward, self.gradient = case, forward, gradient
        both = join(forward.program, gradient.program)
        self.interpreter = Interpreter(both, case.values, case.sizes)

    def example(self) -> Example:
        """The values of everything that a page shows."""
        program, gradient = self.forward.program, self.gradient.program
        inner = [name for name in self.gradient.by_name
                 if gradient[name].role is not Role.GRADIENT]
        sizes = tuple((self.forward.printer.size(one.name), self.case.sizes[one.name])
                      for one in program.sizes)
        return Example(
            sizes, tuple(range(1, STEPS + 1)),
            self._table(self.forward, _named(program, Role.PARAMETER, *FED, Role.INITIAL)),
            self._table(self.forward, self.forward.by_name),
            self._table(self.gradient, _named(gradient, Role.COTANGENT)),
            self._table(self.gradient, inner),
            self._table(self.gradient, _named(gradient, Role.GRADIENT)))

    def _table(self, equations: Equations, names: Iterable[str]) -> Table:
        """The values of some names, each with the equation that binds it, if one does."""
        found: dict[bool, list[Values]] = {True: [], False: []}
        for name in names:
            row = tuple(filter(None, [equations.by_name.get(name)]))
            variable = equations.program[name]
            found[variable.span is Span.SEQUENCE].append(
                Values(equations.printer.glyph(name), row, self._at_steps(variable)))
        return Table(tuple(found[False]), tuple(found[True]))

    def _at_steps(self, variable: Variable) -> tuple[Matrix, ...]:
        """The one sample at every step, or the one value."""
        whole = self.interpreter.whole(variable.name)
        if variable.span is Span.CONSTANT:
            return (matrix(whole),)
        if variable.span is Span.BATCH:
            return (matrix(whole[0]),)
        return tuple(matrix(step[0]) for step in whole)


def _named(program: Program, *roles: Role) -> list[str]:
    return [one.name for one in program.with_role(*roles)]


def matrix(array: Any) -> Matrix:
    """Rows of numbers; what has more than two axes is written as rows below one another."""
    flat = np.asarray(array, float)
    rows = flat.reshape(-1, flat.shape[-1]) if flat.ndim else flat.reshape(1, 1)
    return tuple(tuple(float(entry) for entry in row) for row in rows)
