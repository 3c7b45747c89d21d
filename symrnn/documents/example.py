"""A worked example: a small case, every value of it, as the interpreter computes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from symrnn.adjoint import join
from symrnn.checking.reference import Case, random_case
from symrnn.documents.equations import Equations
from symrnn.documents.formulas import Letter, Symbol
from symrnn.documents.page import Example, Matrix, Values
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
        sizes = tuple((Letter(one.glyph), self.case.sizes[one.name]) for one in program.sizes)
        return Example(
            sizes, tuple(range(1, STEPS + 1)),
            self._given(program, Role.PARAMETER), self._given(program, *FED, Role.INITIAL),
            self._all(self.forward, self.forward.by_name),
            self._given(gradient, Role.COTANGENT), self._all(self.gradient, inner),
            self._gradients(gradient))

    def _given(self, program: Program, *roles: Role) -> tuple[Values, ...]:
        return tuple(Values(Symbol(program, one.name), (), self._at_steps(one))
                     for one in program.with_role(*roles))

    def _all(self, equations: Equations, names: Iterable[str]) -> tuple[Values, ...]:
        program = equations.program
        return tuple(Values(Symbol(program, name), (equations.by_name[name],),
                            self._at_steps(program[name])) for name in names)

    def _gradients(self, gradient: Program) -> tuple[Values, ...]:
        """Every gradient; that of an initial state is a cotangent at the end of its scan."""
        rows = self.gradient.by_name
        return tuple(Values(Symbol(gradient, one.name), tuple(filter(None, [rows.get(one.name)])),
                            self._at_steps(one)) for one in gradient.with_role(Role.GRADIENT))

    def _at_steps(self, variable: Variable) -> tuple[Matrix, ...]:
        """The one sample at every step, or the one value."""
        whole = self.interpreter.whole(variable.name)
        if variable.span is Span.CONSTANT:
            return (_matrix(whole),)
        if variable.span is Span.BATCH:
            return (_matrix(whole[0]),)
        return tuple(_matrix(step[0]) for step in whole)


def _matrix(array: Any) -> Matrix:
    """Rows of numbers; what has more than two axes is written as rows below one another."""
    flat = np.asarray(array, float)
    rows = flat.reshape(-1, flat.shape[-1]) if flat.ndim else flat.reshape(1, 1)
    return tuple(tuple(float(entry) for entry in row) for row in rows)
