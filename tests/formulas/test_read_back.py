"""Every printed formula, read back as mathematics, has the value that the equations give it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, reject, seed, settings

import symrnn
from symrnn.adjoint import join
from symrnn.backends import mathml
from symrnn.backends.document import DocumentPrinter, printed
from symrnn.backends.latex_math import LATEX, LatexPrinter
from symrnn.cellfile import parse
from symrnn.checking.reference import Case, finite_case
from symrnn.pipeline import derive
from symrnn.fuzzing import cells, drawing
from symrnn.program import Equation, Program, ProgramError, Span
from symrnn.program.interpret import Interpreter, allow_depth
from symrnn.schedule import Plan
from tests.formulas import latex_reader, mathml_reader
from tests.formulas.mathematics import Atom, Meaning, Value, along

CELLS = sorted(symrnn.cell_names())
Sides = tuple[tuple[Atom, ...], tuple[Atom, ...]]


class Numbers:
    """The values of all symbols of a cell and of its adjoint on one random case."""

    def __init__(self, plan: Plan, case: Case) -> None:
        self.plan = plan
        both = join(self.plan.program, self.plan.gradient)
        self.sizes, self.spans = case.sizes, {one.name: one.span for one in both.variables}
        self.axes = {one.name: one.axes for one in both.variables}
        one_sample = {name: array[self._first(name)] for name, array in case.values.items()
                      if name in self.spans}
        self.interpreter = Interpreter(both, one_sample, {**case.sizes, "B": 1})

    def _first(self, name: str) -> tuple[slice, ...]:
        every = slice(None)
        return {Span.CONSTANT: (), Span.BATCH: (slice(1),),
                Span.SEQUENCE: (every, slice(1))}[self.spans[name]]

    def value(self, name: str, step: int) -> Value:
        array = self._whole(name)
        where: tuple[int, ...] = {Span.CONSTANT: (), Span.BATCH: (0,),
                                  Span.SEQUENCE: (step, 0)}[self.spans[name]]
        return Value(array[where], self.axes[name])

    @cache  # noqa: B019  # as long as the test
    def _whole(self, name: str) -> Any:
        return self.interpreter.whole(name)


def counted(place: int, letters: tuple[str, ...], axes: tuple[str, ...], sizes: dict[str, int]
            ) -> Value:
    """An index, which counts from zero along one of several axes."""
    return Value(np.arange(sizes[axes[place]]), (letters[place],), entry=True)


def check(numbers: Numbers, program: Program, symbols: dict[str, str], sizes: dict[str, str],
          read: Callable[[Equation], Sides]) -> None:
    """Every printed equation of a program at every step."""
    def symbol(text: str, step: int) -> Value | None:
        if text in sizes:
            return Value(float(numbers.sizes[sizes[text]]))
        return numbers.value(symbols[text], step) if text in symbols else None

    for equation in printed(program):
        (left,), right = read(equation)
        axes = numbers.axes[equation.lhs]
        indices = {letter: counted(place, left.indices, axes, numbers.sizes)
                   for place, letter in enumerate(left.indices)}
        shown = left.inside[0][0] if left.kind == "group" else left
        assert symbols[shown.text] == equation.lhs
        meaning = Meaning(symbol, numbers.sizes["T"], indices)
        steps = numbers.sizes["T"] if numbers.spans[equation.lhs] is Span.SEQUENCE else 1
        for meaning.step in range(steps):
            expected = numbers.value(equation.lhs, meaning.step)
            found = along(meaning(right), left.indices or expected.axes)
            np.testing.assert_allclose(np.broadcast_to(found.array, np.shape(expected.array)),
                                       expected.array, rtol=1e-12, atol=1e-12,
                                       err_msg=f"({equation.number}) {equation.lhs}")


def table(program: Program, spelled: Callable[[str], str]) -> dict[str, str]:
    """The name of every symbol by what it looks like; no two look the same."""
    found: dict[str, str] = {}
    for one in program.variables:
        if one.stands_for is None:
            assert found.setdefault(spelled(one.name), one.name) == one.name
    return found


def of_cell(name: str) -> Numbers:
    """Of a cell of the catalogue."""
    plan = derive(symrnn.cell(name))
    case = finite_case(plan)
    assert case is not None
    return Numbers(plan, case)


def of_text(text: str) -> Numbers:
    """Of a random cell, unless the language refuses it or its numbers are not finite."""
    try:
        plan = derive(parse(text))
    except ProgramError:
        reject()
    case = finite_case(plan)
    assume(case is not None)
    return Numbers(plan, case)


def in_mathml(numbers: Numbers) -> None:
    """Both passes of one network as pages show them."""
    for program in (numbers.plan.program, numbers.plan.gradient):
        printer = DocumentPrinter(program)
        symbols = table(program, lambda one: mathml_reader.key(
            mathml.formula(printer.symbol(one))))  # noqa: B023
        sizes = {mathml_reader.key(mathml.size(program, one.name)): one.name
                 for one in program.sizes}
        reader = mathml_reader.Reader(frozenset((*symbols, *sizes)))
        check(numbers, program, symbols, sizes,
              lambda one: reader.equation(mathml.equation(program, one)))  # noqa: B023


def in_latex(numbers: Numbers) -> None:
    """Both passes of one network as documents print them."""
    for program in (numbers.plan.program, numbers.plan.gradient):
        printer = LatexPrinter(program)
        symbols = table(program, printer.symbol)
        sizes = {LATEX(printer.document.size(one.name)): one.name for one in program.sizes}
        reader = latex_reader.Reader({latex_reader.tokens(one): one for one in (*sizes, *symbols)})
        check(numbers, program, symbols, sizes,
              lambda one: reader.equation(" ".join(printer.rows(one))))  # noqa: B023


READERS = {"MathML": in_mathml, "LaTeX": in_latex}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name", CELLS)
def test_formulas_mean_what_the_equations_say(name: str, read: str) -> None:
    READERS[read](of_cell(name))


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("read", READERS)
def test_formulas_of_random_cells_do(read: str, part: int) -> None:
    @seed(part)
    @settings(max_examples=8, deadline=None, database=None,
              suppress_health_check=list(HealthCheck), backend=drawing.NAME)
    @given(cells())
    def every(text: str) -> None:
        READERS[read](of_text(text))
    allow_depth()  # Hypothesis objects to whoever changes it later
    every()
