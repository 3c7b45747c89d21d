"""A worked example: a small case, every value of it, as the interpreter computes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from symrnn.adjoint import Terms, join, with_terms
from symrnn.backends.formula import Formula
from symrnn.backends.javascript import COMPACT, array_names, javascript_backend
from symrnn.checking.reference import Case, random_case
from symrnn.documents.equations import Equations
from symrnn.documents.rows import EquationRow
from symrnn.documents.worked import Arrays, Example, Matrix, Script, Table, Values, Vector
from symrnn.program import FED, Program, Role, Span, Variable
from symrnn.program.interpret import Interpreter
from symrnn.rendering import rendered
from symrnn.schedule import Plan

STEPS, SMALLEST, SEED = 3, 2, 1
DIFFERENT, MOST = 2, 100  # sizes; entries of an array that is shown
PLACES, EXACT = 1, 3  # of what is given, and of what is drawn by a formula of its own
GIVEN, FOLLOWS = ("parameters", "inputs", "initial", "bars"), ("values", "gradients")


def small_case(plan: Plan) -> Case:
    """A case that fits a page: given numbers that a reader can type, and whose values are finite.

    Where those leave the domain of a function, their sizes without signs are taken. Sizes are two
    and three, but two alone where some array would be too long to be read.
    """
    long = _largest(plan, random_case(plan, SEED, 1, 1, False, SMALLEST, DIFFERENT)) > MOST
    different = 1 if long else DIFFERENT
    with np.errstate(all="ignore"):
        for positive in (False, True):
            found = _rounded(random_case(plan, SEED, STEPS, 1, positive, SMALLEST, different))
            values = Interpreter(plan.program, found.values, found.sizes)
            if all(np.isfinite(values.whole(name)).all() for name in plan.program.outputs):
                break
    return found


def _largest(plan: Plan, case: Case) -> int:
    """The entries of the largest value of a step."""
    return max(prod(case.sizes[axis] for axis in one.axes) for one in plan.program.variables)


def _rounded(case: Case) -> Case:
    program = case.plan.program
    told = {one.name for one in program.variables if one.drawn is not None}
    return replace(case, values={name: np.round(one, EXACT if name in told else PLACES) + 0.0
                                 for name, one in case.values.items()})


class Worked:
    """All values of a case, those of every term of the backward pass too, by name.

    ``folder`` is that of its script, empty for the script of a network's own page: there a cell
    could be called like a script that has another name than its network.
    """

    def __init__(self, case: Case, name: str, terms: Terms, folder: str = "") -> None:
        self.case, self.name, self.terms, self.folder = case, name, terms, folder
        self.plan = replace(case.plan, gradient=terms.program)
        self.program = join(case.plan.program, terms.program)
        self.interpreter = Interpreter(self.program, case.values, case.sizes)
        self.arrays = array_names(self.plan)
        self.groups = {one: (group, own) for group, names in self.arrays.items()
                       for one, own in names.items()}

    def values(self, name: str, symbol: Formula, row: tuple[EquationRow, ...] = ()) -> Values:
        """What a name is at every step."""
        return Values(symbol, row, self._at_steps(self.program[name]), self.groups[name])

    def term(self, lhs: str, place: int, symbol: Formula) -> Values:
        """What one term of an equation is at every step, also where it is a sum over them."""
        name = self.terms.names[lhs][place]
        return self.values(self.terms.at_steps.get(name, name), symbol)

    def total(self, lhs: str, place: int, symbol: Formula) -> tuple[Values, ...]:
        """What a term that is a sum over time adds up to; nothing for any other one."""
        name = self.terms.names[lhs][place]
        return (self.values(name, symbol),) if name in self.terms.at_steps else ()

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps, from 1."""
        return tuple(range(1, self.case.sizes["T"] + 1))

    @property
    def script(self) -> Script:
        """What computes all this in a page."""
        (text,) = rendered(javascript_backend(
            self.plan, self.name, self.case.plan, COMPACT)).values()
        members = dict(self.case.sizes)
        vector = Vector(self.name, tuple(members.items()),
                        tuple((one, self._all(one)) for one in GIVEN),
                        tuple((one, self._all(one)) for one in FOLLOWS))
        return Script(self.name, self.folder + self.name, text, vector)

    def _all(self, group: str) -> Arrays:
        """Arrays of the network and its gradient, without those of single terms."""
        known = self.case.plan
        return tuple((own, tuple(np.ravel(self.interpreter.whole(name)).tolist()))
                     for name, own in self.arrays[group].items()
                     if name in known.program or name in known.gradient)

    def _at_steps(self, variable: Variable) -> tuple[Matrix, ...]:
        """The one sample at every step, or the one value."""
        whole = self.interpreter.whole(variable.name)
        if variable.span is Span.CONSTANT:
            return (matrix(whole),)
        if variable.span is Span.BATCH:
            return (matrix(whole[0]),)
        return tuple(matrix(step[0]) for step in whole)


def worked_example(plan: Plan, name: str, folder: str = "") -> Worked:
    """The small case of a network, every term of its backward pass apart."""
    return Worked(small_case(plan), name, with_terms(plan.gradient, plan.program), folder)


def example(worked: Worked, forward: Equations, gradient: Equations) -> Example:
    """Two or three units over three steps of one sample: what is given, and all that follows."""
    program = forward.program
    inner = [name for name in gradient.by_name
             if gradient.program[name].role is not Role.GRADIENT]
    sizes = tuple((forward.printer.size(one.name), worked.case.sizes[one.name])
                  for one in program.sizes)
    return Example(
        worked.script, (len(worked.steps) + 1) // 2, sizes, worked.steps,
        table(worked, forward, named(program, Role.PARAMETER, *FED, Role.INITIAL)),
        table(worked, forward, forward.by_name),
        table(worked, gradient, named(gradient.program, Role.COTANGENT)),
        table(worked, gradient, inner),
        table(worked, gradient, named(gradient.program, Role.GRADIENT)))


def table(worked: Worked, equations: Equations, names: Iterable[str]) -> Table:
    """The values of some names, each with the equation that binds it, if one does."""
    found: dict[bool, list[Values]] = {True: [], False: []}
    for name in names:
        row = tuple(filter(None, [equations.by_name.get(name)]))
        found[equations.program[name].span is Span.SEQUENCE].append(
            worked.values(name, equations.printer.glyph(name), row))
    return Table(tuple(found[False]), tuple(found[True]))


def named(program: Program, *roles: Role) -> list[str]:
    """The names of what has some roles."""
    return [one.name for one in program.with_role(*roles)]


def matrix(array: Any) -> Matrix:
    """Rows of numbers; what has more than two axes is written as rows below one another."""
    flat = np.asarray(array, float)
    rows = flat.reshape(-1, flat.shape[-1]) if flat.ndim else flat.reshape(1, 1)
    return tuple(tuple(float(entry) for entry in row) for row in rows)
