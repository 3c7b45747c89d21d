"""Printed derivatives, read back as mathematics by a reader of LaTeX, have the right values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from sympy import Symbol as Name

import symrnn
from symrnn import Cell, t
from symrnn.adjoint import Within, within_step
from symrnn.backends.document import DocumentPrinter, Shown
from symrnn.backends.formula import Formula, Symbol
from symrnn.backends.indexed import past
from symrnn.backends.jacobian import ONES, identity, state_jacobian
from symrnn.backends.latex_math import LATEX
from symrnn.backends.mathml import MATHML
from symrnn.backends.typst import TYPST
from symrnn.backends.unicode import UNICODE
from symrnn.gradients import gradient
from symrnn.gradients.jacobian import jacobian_of
from symrnn.gradients.legend import STACKS
from symrnn.program import Program, Role
from tests.formulas import latex_reader
from tests.formulas.mathematics import (HADAMARD, Atom, Meaning, Value, _split, along,
                                        together)
from tests.gradients.numbers import drawn
from tests.gradients.test_numbers import complex_steps

CELLS = sorted(symrnn.cell_names())
GIVEN = ("given:", STACKS)


class Matrices(Meaning):
    """Meaning that knows diagonal matrices too; what stands side by side belongs together."""

    def term(self, atoms: Sequence[Atom]) -> Value:
        parts = [[]] if self.indices or any(one.kind == "big" for one in atoms) else list(
            _split(atoms, HADAMARD))
        if len(parts) < 2:
            return super().term(atoms)
        first, *others = sorted(map(super().term, parts), key=lambda one: -len(one.axes))
        for one in others:
            first = together(np.multiply, first, one)
        return first

    def call(self, atom: Atom) -> Value:
        if atom.text != "diag":
            return super().call(atom)
        entries = self(atom.inside[0])
        return Value(np.diag(entries.array), entries.axes * 2)


@dataclass(frozen=True)
class Lines:
    """The printed lines of a derivative, in the order of the step."""

    program: Program
    within: Within
    by: str
    put_in: frozenset[str]
    shown: tuple[Shown, ...]


class Read:
    """The printed lines of a derivative, and what their symbols stand for on random numbers."""

    def __init__(self, found: Lines) -> None:
        self.found, self.program = found, found.within.program
        self.is_matrix = found.within.is_matrix
        self.run = drawn(found.program, steps=1)
        delay = found.program.delay_of(found.by)
        self.given = delay.initial if delay else found.by
        self.axes = found.program[found.by].axes
        shape = [self.run.sizes[one] for one in self.axes]
        self.direction = np.random.default_rng(7).normal(size=shape)
        self.moving = {one.lhs for one in self.program.equations} | {found.within.seed}

    def lines(self) -> Iterator[tuple[str, str]]:
        """The name on the left of every line, and its LaTeX."""
        kept = [one.lhs for one in self.program.equations if one.lhs not in self.found.put_in]
        handed_on = {one.name for one in self.found.program.variables
                     if self.is_matrix and one.stands_for == Name(self.found.by)}
        kept = [one for one in kept if self.program[one].of not in handed_on]
        for name, one in zip(kept, self.found.shown, strict=True):
            yield name, f"{LATEX(one.left)} = {LATEX.terms(one.right)}"

    def reader(self) -> latex_reader.Reader:
        printer = DocumentPrinter(self.program)
        known = {LATEX(printer.symbol(one.name)): one.name for one in self.program.variables
                 if one.stands_for is None and (
                     one.name not in self.moving or not self.is_matrix)}
        known |= {LATEX(printer.size(one.name)): f"size {one.name}"
                  for one in self.program.sizes}
        if self.is_matrix:
            known |= {text.partition(" = ")[0]: name for name, text in self.lines()}
            known |= {LATEX(identity(self.program)): "identity", LATEX(ONES): "ones"}
        return latex_reader.Reader({latex_reader.tokens(text): name
                                    for text, name in known.items()})

    def symbol(self, text: str, step: int) -> Value | None:
        """What a symbol stands for, by what the reader calls it; None for an index."""
        if text.startswith("size "):
            return Value(float(self.run.sizes[text.removeprefix("size ")]))
        known = text in self.program or text in ("identity", "ones")
        return self.value(text) if known else None

    def value(self, name: str) -> Value:
        if name == "ones":
            return Value(np.ones(self.run.sizes.get("m", 1)), ("m",))  # where cells have it
        if name not in self.program:  # the identity
            return Value(np.eye(*[self.run.sizes[one] for one in self.axes * 2]), self.axes * 2)
        if name not in self.moving:
            variable = self.program[name]
            array = self.run.at(name, 0)
            return Value(array if variable.span == 0 else array[0], variable.axes)
        of = self.program[name].of
        if name == self.found.within.seed:
            return Value(self.direction, self.axes)
        columns = complex_steps(self.run, of, self.given)
        if self.is_matrix:
            own = self.program[name].axes
            return Value(columns, own + self.axes, row=not own)
        return Value(columns @ self.direction.ravel(), self.program[name].axes)


def printed_jacobian_is_right(program: Program, of: str, by: str) -> None:
    found = jacobian_of(program, of, by)
    if found.target:
        shown = [one.shown for one in found.lines if one.shown is not None]
        are_right(Lines(program, found.within, by, found.put_in, tuple(reversed(shown))))


def are_right(lines: Lines) -> None:
    read = Read(lines)
    reader = read.reader()
    for name, text in read.lines():
        expected = read.value(name)
        (left,), right = reader.equation(text)
        indices = {letter: Value(np.arange(read.run.sizes[axis]), (letter,), entry=True)
                   for letter, axis in zip(left.indices, expected.axes, strict=False)}
        meaning = Matrices(read.symbol, 1, indices)
        got = meaning(right)
        array = np.broadcast_to(along(replace(got, row=False), left.indices or expected.axes).array,
                                np.shape(expected.array))
        np.testing.assert_allclose(array, expected.array, rtol=1e-9, atol=1e-9, err_msg=text)


def pairs(program: Program) -> Iterator[tuple[str, str]]:
    """Every state by what it remembers, and by the inputs and some parameters."""
    by = [*(one.lhs for one in program.delays), *(one.name for one in program.with_role(
        Role.INPUT, Role.PARAMETER))][:8]
    for of in dict.fromkeys((*program.states, *program.outputs)):
        if program.definition(of) is not None and program[of].stands_for is None:
            yield from ((of, one) for one in by)


@pytest.mark.parametrize("name", ["elman", "lstm", "mlstm", "clockwork", "mass_conserving_lstm"])
def test_a_printed_jacobian_has_the_value_of_complex_steps(name: str) -> None:
    program = symrnn.cell(name)
    for of, by in pairs(program):
        printed_jacobian_is_right(program, of, by)


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_the_printed_jacobians_of_every_cell(name: str) -> None:
    program = symrnn.cell(name)
    for of, by in pairs(program):
        printed_jacobian_is_right(program, of, by)


def printed_columns_are_right(program: Program) -> None:
    """The lines of pages and documents, which go on where no name is put in but those of parts."""
    for one in state_jacobian(program):
        within = within_step(program, one.state)
        put_in = frozenset[str]() if one.is_matrix else within.parts
        are_right(Lines(program, within, one.state, put_in, one.lines))


@pytest.mark.parametrize("name", ["elman", "ltc", "convlstm", "mlstm", "retnet"])
def test_the_jacobian_of_a_page_has_the_value_of_complex_steps(name: str) -> None:
    printed_columns_are_right(symrnn.cell(name))


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_the_jacobian_of_every_page(name: str) -> None:
    printed_columns_are_right(symrnn.cell(name))


@pytest.mark.parametrize("name", ["mlstm", "scrn", "gla"])
def test_a_page_prints_the_lines_of_the_terminal(name: str) -> None:
    program = symrnn.cell(name)
    for delay, column in zip(program.delays, state_jacobian(program), strict=True):
        found = replace(jacobian_of(program, delay.source, delay.lhs), is_closed=False)
        if found.within.is_matrix == column.is_matrix:
            shown = [line.shown for line in found.lines if line.shown is not None]
            assert set(texts(shown)) <= set(texts(column.lines))
    assert any(one.is_matrix for one in state_jacobian(program)) == (name != "gla")
    assert all(one.is_matrix for one in state_jacobian(program)) == (name == "scrn")


def texts(lines: Iterable[Shown]) -> list[str]:
    return [f"{UNICODE(one.left)} = {UNICODE(one.right)}" for one in lines]


def test_the_identity_is_no_symbol_of_a_cell() -> None:
    """A cell may have an I of its own: the identity is written otherwise there."""
    with Cell("own", "A cell with an I") as cell:
        x, h = cell.input("x[m]", "input"), cell.state("h[m]", "memory")
        entering = cell.symbol("I[m]", "what comes in")
        entering[t] = x[t] * h[t - 1]
        h[t] = h[t - 1] + entering[t]
    (column,) = state_jacobian(cell.build("h"))
    assert texts(column.lines) == [
        "∂I[t]/∂h[t-1] = diag(x[t])", "∂h[t]/∂h[t-1] = 𝐈𝐝 + ∂I[t]/∂h[t-1]"]
    shown = identity(symrnn.lstm())
    assert LATEX(shown) == r"\mathbf{I}" and TYPST(shown) == 'bold("I")'
    assert MATHML(shown) == '<mi mathvariant="normal">𝐈</mi>'


def test_what_is_handed_on_needs_no_line() -> None:
    """It depends on the state as this on itself."""
    program = symrnn.cell("taugru", delay=2)
    for column in state_jacobian(program):
        state = UNICODE(DocumentPrinter(program).symbol(column.state))
        assert not any(f"∂{state}/∂{state}" in text for text in texts(column.lines))
    printed_columns_are_right(program)


def test_a_vector_by_a_matrix_is_no_product_of_two_matrices() -> None:
    text = str(gradient(symrnn.lstm()).jacobian("h_t", "W_f"))
    assert "diag" not in text and "(W\u0307_f x[t])" in text
    assert "a dot: a small change, which is passed on by the linear map ∂h[t]/∂W_f" in text


def symbols(formula: Formula) -> Iterator[str]:
    """The names of all symbols in a formula."""
    if isinstance(formula, Symbol) and formula.name:
        yield formula.name
    for one in formula.children:
        yield from symbols(one)


def page_is_closed(program: Program, wrt: str) -> None:
    """Every symbol of a closed form stands on the left of a line, or among what is given."""
    found = gradient(program, wrt).closed
    sizes = {one.name for one in found.program.sizes} | {one.name for one in found.shown.sizes}
    defined, read = set[str](), set[str]()
    remembered = {name: root for both in (found.program, found.shown)
                  for name, (root, _) in past(both).items()}
    for line in found.lines:
        if line.shown is None:
            defined |= set(symbols(line.partial)) if line.note in GIVEN else set()
            continue
        defined |= set(symbols(line.shown.left))
        read |= set(symbols(line.shown.right)) if not line.words else set()
    read = {remembered.get(one, one) for one in read - sizes}
    assert read <= defined, read - defined


@pytest.mark.parametrize("name", ["elman", "clockwork", "lstm", "rwkv4"])
def test_every_symbol_of_a_closed_form_is_defined(name: str) -> None:
    program = symrnn.cell(name)
    for one in program.with_role(Role.PARAMETER)[:3]:
        page_is_closed(program, one.name)


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_every_symbol_of_every_closed_form_is_defined(name: str) -> None:
    program = symrnn.cell(name)
    for one in program.with_role(Role.PARAMETER):
        if any(each.of == one.name for each in symrnn.adjoint(program).with_role(Role.GRADIENT)):
            page_is_closed(program, one.name)
