"""The state's Jacobian as formulas: ``∂h[t]/∂h[t-1] = diag(1 - h[t]²) ∂a[t]/∂h[t-1]``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sympy import Expr, Symbol

from symrnn.adjoint import Within, within_step
from symrnn.backends import formula
from symrnn.backends.closed import OPPOSITE, ClosedPrinter
from symrnn.backends.document import DocumentPrinter, Shown, held
from symrnn.backends.entries import letters_of
from symrnn.backends.formula import (HADAMARD, TIMES, Call, Formula, Function, Parens, Partial, Row,
                                     Sign, Sum, side_by_side)
from symrnn.backends.printer import PRODUCT
from symrnn.backends.products import is_elementwise, matrix_product
from symrnn.program import (Face, Glyph, Letter, Letters, Program, Style, contraction_term, factors,
                            multiply, symbols_in_order, terms)

LETTERS = ("I", "Id", "Identity")  # the identity has the first one that a cell has not
ONES = formula.Symbol(Glyph((Letter("1", Face.NUMBER, style=Style.BOLD),)))  # in each entry
ALL = replace(ONES, transposed=True)  # times a vector its sum
DIAGONAL = Function(Glyph.named("diag"))


def identity(program: Program) -> formula.Symbol:
    """The identity matrix: a bold I, unless an I of the cell would stand beside it."""
    own = {letter.text for one in program.variables for letter in one.glyph.letters}
    free = next(one for one in LETTERS if one not in own)
    return formula.Symbol(Glyph((Letter(free, Face.WORD, style=Style.BOLD),)))


@dataclass(frozen=True)
class Column:
    """How what a step computes depends on one remembered state, equation by equation.

    ``is_matrix`` tells that derivatives stand in the lines, and not the changes of a linear map.
    """

    state: str
    lines: tuple[Shown, ...]
    is_matrix: bool


def state_jacobian(program: Program) -> tuple[Column, ...]:
    """The derivatives within one step by every remembered state."""
    return tuple(_column(program, one.lhs, within_step(program, one.lhs))
                 for one in program.delays)


def _column(program: Program, state: str, within: Within) -> Column:
    put_in = frozenset[str]() if within.is_matrix else within.parts
    return Column(state, derivatives(program, within, put_in), within.is_matrix)


def derivatives(program: Program, within: Within, put_in: Collection[str]) -> tuple[Shown, ...]:
    """One line an equation of a step, as far as the direction reaches, but for what is put in.

    A derivative that is no matrix is printed as the linear map of a small change.
    """
    if within.is_matrix:
        return _Column(program, within, put_in).lines()
    printer = ClosedPrinter(within.program, put_in)
    printer.letters = letters_of(program)
    return tuple(replace(printer.equation(one), number=None)
                 for one in within.program.equations if one.lhs not in put_in)


class _Column(ClosedPrinter):
    """The derivatives by one thing that a step is given."""

    def __init__(self, program: Program, within: Within, put_in: Collection[str]) -> None:
        super().__init__(within.program, put_in)
        self.primal = DocumentPrinter(program)  # whose symbols stand above and below
        self.letters = self.primal.letters
        self.seed, self.moving = within.seed, within.moving
        self.by = self.primal.symbol(within.program[within.seed].of)
        self.identity = identity(program)

    def lines(self) -> tuple[Shown, ...]:
        """One line an equation; that the state depends on itself needs none."""
        return tuple(Shown(left, (self._total(one.lhs),), None)
                     for one in self.program.equations if one.lhs not in self.put_in
                     and (left := self.symbol(one.lhs)) != Partial(self.by, self.by))

    def symbol(self, name: str) -> Formula:
        if name == self.seed:
            return self.identity
        if name not in self.moving:
            return super().symbol(name)
        if name in self.put_in:
            total = self._total(name)
            (sign, only), *others = total.terms
            return held(total) if others else total if sign else only
        return Partial(self.primal.symbol(self.program[name].of), self.by)

    def _total(self, name: str) -> Sum:
        """The sum of what reaches an equation; a sum that stands for a term brings its terms."""
        found = self.signed(terms(self._definition(name).rhs), lambda term: self._map(term, name))
        flat: list[tuple[str, Formula]] = []
        for sign, one in found:
            inner = one.inside if isinstance(one, Parens) else one
            if isinstance(inner, Sum) and (sign != "-" or len(inner.terms) == 1):
                (first, shown), *others = inner.terms
                own = OPPOSITE[first] if sign == "-" else first or "+"
                flat += [(own, shown), *others]
            else:
                flat.append((sign or "+", one))
        (sign, first_shown), *rest = flat
        return Sum((("" if sign == "+" else sign, first_shown), *rest))

    def _map(self, term: Expr, lhs: str) -> Formula:
        """One term as a matrix times the Jacobian that it passes on."""
        moving = next(name for name in symbols_in_order(term) if name in self.moving)
        passed = tuple(one for one in (self.symbol(moving),) if one != self.identity)
        if passed and isinstance(passed[0], Sum):  # one term with a minus, which goes in front
            ((_, only),) = passed[0].terms
            return Sum((("-", self._matrix(term, lhs, moving, (only,))),))
        return self._matrix(term, lhs, moving, passed)

    def _matrix(self, term: Expr, lhs: str, moving: str, passed: tuple[Formula, ...]) -> Formula:
        """A term without what moves in it, as a matrix in front of what is passed on."""
        found = contraction_term(term)
        if found is None:
            rest = [part for part in factors(term) if part != Symbol(moving)]
            if len(rest) == len(factors(term)):
                return self.term(term, lhs)
            wider = not self.program[moving].axes and bool(self.program[lhs].axes)
            return self._scaled(multiply(rest), passed, wider and moving != self.seed)
        factor, ein = found
        matrix = [one for one in ein.operands if one.name != moving]
        front = () if factor == 1 else (self(factor, PRODUCT),)
        if ein.letters == Letters(("i",), "") and passed:
            return _beside(*front, ALL, *passed)
        order = matrix_product(ein.letters)
        if len(matrix) == 1 and is_elementwise(ein.letters):
            return _beside(*front, _diagonal(self.symbol(matrix[0].name), passed))
        if len(matrix) == 1 and order is not None and len(ein.letters.output) <= 1:
            name, scalar = matrix[0].name, not ein.letters.output
            turned = (self.transposed(name) if scalar or order[0].transposed
                      else self.symbol(name))
            return _beside(*front, turned, *passed)
        return self.term(term, lhs)

    def _scaled(self, rest: Expr, passed: tuple[Formula, ...], wider: bool) -> Formula:
        """Entries times what is passed on; ``wider`` tells that this is one row for many."""
        spread = (ONES,) if wider else ()
        if rest == 1:
            return _beside(*spread, *(passed or (self.identity,)))
        if not any(self.program[name].axes for name in symbols_in_order(rest)):  # one number
            return _beside(self(rest, PRODUCT), *spread, *(passed or (self.identity,)))
        if wider:
            return _beside(self(rest, PRODUCT), *passed)
        return _diagonal(self(rest), passed)


def _diagonal(entries: Formula, passed: tuple[Formula, ...]) -> Formula:
    """A diagonal matrix times what is passed on; two such matrices beside each other are one."""
    behind = [part for one in passed for part in (one.parts if isinstance(one, Row) else (one,))]
    first = behind[0] if behind else None
    if isinstance(first, Call) and first.function == DIAGONAL:
        inner = first.argument.children[0]
        entries = Row((_factor(entries), Sign(HADAMARD), _factor(inner)))
        behind = behind[2:]  # with the sign behind it
        passed = (Row(tuple(behind)),) if behind else ()
    return _beside(Call(DIAGONAL, Parens(entries)), *passed)


def _factor(entries: Formula) -> Formula:
    return Parens(entries) if isinstance(entries, Sum) else entries


def _beside(*parts: Formula) -> Formula:
    return side_by_side(list(parts), TIMES)
