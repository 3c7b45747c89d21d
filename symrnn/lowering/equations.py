"""An equation as loops over entries: one equation, one loop nest."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

from sympy import Expr, Integer, Symbol

from symrnn.loops import (REAL, Assign, Block, Body, Cast, Choose, Declare, Element, Expression,
                          For, Formula, Name, Number, Over, Whole)
from symrnn.lowering.arrays import Arrays
from symrnn.lowering.contractions import Contraction, summed_letters
from symrnn.program import (Ein, Equation, Maximum, Program, Variable, add, contraction_term,
                            contractions, indices_in_order, is_number, multiply, negated,
                            symbols_in_order, terms)
from symrnn.schedule import is_reduction


class Equations:
    """Makes the loop nest of an equation for one step and one sample."""

    @property
    def at_entry(self) -> type[AtEntry]:
        """What makes the statements at one entry of the left-hand side."""
        return AtEntry

    def __init__(self, program: Program, arrays: Arrays, indices: Sequence[str]) -> None:
        self.program, self.arrays = program, arrays
        self.indices = tuple(map(Name, indices))

    def nest(self, equation: Equation) -> Body:
        """``lhs[j] = ...`` inside loops over the axes of the left-hand side."""
        lhs = self.program[equation.lhs]
        rows = self.indices[:len(lhs.axes)]
        own = self.at_entry(self, lhs, rows)
        loops = list(zip(rows, self.arrays.shape(lhs.axes), strict=True))
        return nest(loops, own.statements(equation), Over.UNITS)

    def element(self, name: str, index: Sequence[Expression]) -> Element:
        """``W[j * n + k]``; a number is the entry of an array of one."""
        one = self.program[name]
        return Element(self.arrays.name(one), tuple(index) or (Whole(0),),
                       self.arrays.shape(one.axes) or (Whole(1),), self.arrays.type_of(one))


class AtEntry:
    """One equation at one entry of its left-hand side.

    ``operands`` are what the symbols of its formulas stand for, ``kind`` is what its sums are.
    """

    kind: Number = REAL

    def __init__(self, loops: Equations, lhs: Variable, rows: Sequence[Expression]) -> None:
        self.loops, self.program, self.rows = loops, loops.program, tuple(rows)
        self.indices = loops.indices
        self.place: dict[str, Expression] = dict(zip(lhs.axes, self.rows, strict=True))
        self.lhs, self.target = lhs, loops.element(lhs.name, self.rows)

    def statements(self, equation: Equation) -> Body:
        every = terms(equation.rhs)
        if is_reduction(self.program, equation):
            return self._sums(every, self.target)
        sums = self.sums_of(equation)
        if len(sums) == 1 and isinstance(contractions(sums[0])[0][1], Maximum):
            return self._maximum(contractions(sums[0])[0][1])
        start = self._formula([term for term in every if not self._is_sum(term)])
        if not sums:
            return (Assign(self.target, start),)
        if not self.rows:
            return (Assign(self.target, start), *self._sums(sums, self.target))
        sum_ = self.called("sum")
        return (Declare(sum_.text, self.kind, start, constant=False), *self._sums(sums, sum_),
                Assign(self.target, sum_))

    def called(self, name: str) -> Name:
        """A variable of this entry's own."""
        return Name(name)

    def sums_of(self, equation: Equation) -> list[Expr]:
        """The terms that have loops of their own."""
        return [term for term in equation.terms if self._is_sum(term)]

    def _is_sum(self, term: Expr) -> bool:
        found = contraction_term(term)
        return found is not None and bool(summed_letters(self.program, found[1]))

    def contraction(self, ein: Ein, rows: Sequence[Expression]) -> Contraction:
        """A contraction at this entry, or in front of its loops where there are no rows."""
        return Contraction(self.program, self.loops.arrays, ein, rows, self.indices,
                           self.loops.element)

    def _sums(self, sums: Sequence[Expr], target: Expression) -> Body:
        return tuple(one for term in sums for one in self.sum(term, target))

    def sum(self, term: Expr, target: Expression) -> Body:
        """``target += a[j][k] * x[k];`` inside loops over the summed letters."""
        positive = negated(term)
        operator, own = ("+=", term) if positive is None else ("-=", positive)
        found = contraction_term(own)
        letters = None if found is None else self.contraction(found[1], self.rows)
        if found is not None and letters is not None and letters.outside:
            return self._sum_apart(found[0], letters, target, operator)
        loops = [] if letters is None else letters.loops
        return nest(loops, (Assign(target, self._formula([own]), operator),), Over.ENTRIES)

    def _sum_apart(self, scale: Expr, letters: Contraction, target: Expression, operator: str
                   ) -> Body:
        """What is alike in all turns of the loops is multiplied once, behind them."""
        inner, turn, whole = self.called("inner"), dict[str, Expression](), dict[str, Expression]()
        inside = frozenset(range(len(letters.ein.operands))) - letters.outside
        product = multiply(self._symbols(letters, turn, letters.outside))
        factor = scale_apart(scale, self.entries, whole, self.operand)
        result = multiply([factor, *self._symbols(letters, whole, inside),
                           Symbol(_apart(whole, inner.text, inner), real=True)])
        added = Assign(inner, self.formula(product, turn), "+=")
        return (Block((Declare(inner.text, self.kind, self.formula(Integer(0), {}),
                               constant=False),
                       *nest(letters.loops, (added,), Over.ENTRIES),
                       Assign(target, self.formula(result, whole), operator))),)

    def _symbols(self, letters: Contraction, operands: dict[str, Expression],
                 without: Container[int] = ()) -> list[Symbol]:
        """The elements of a contraction but those of some places, each as one of the operands."""
        return [Symbol(_apart(operands, name, element), real=True)
                for name, element in letters.elements(without)]

    def _formula(self, parts: Sequence[Expr]) -> Expression:
        """Terms without a loop of their own."""
        operands: dict[str, Expression] = {}
        written = [self._term(part, operands) for part in parts]
        return self.formula(add(written) if written else Integer(0), operands)

    def formula(self, expression: Expr, operands: Mapping[str, Expression]) -> Expression:
        """What the equation computes at this entry."""
        return of_numbers(expression, operands)

    def operand(self, expression: Expr, operands: Mapping[str, Expression]) -> Expression:
        """What is computed first, as one of the operands."""
        return of_numbers(expression, operands)

    def _term(self, term: Expr, operands: dict[str, Expression]) -> Expr:
        found = contraction_term(term)
        if found is None:
            operands.update(self.entries(term))
            return term
        scale, ein = found
        factor = scale_apart(scale, self.entries, operands, self.operand)
        return multiply([factor, *self._symbols(self.contraction(ein, self.rows), operands)])

    def entries(self, expression: Expr) -> dict[str, Expression]:
        """What the symbols of a pointwise expression stand for."""
        found: dict[str, Expression] = {
            name: self._entry(name) for name in symbols_in_order(expression)}
        found |= {one.name: Cast(REAL, self.rows[one.place])
                  for one in indices_in_order(expression)}
        return found

    def _entry(self, name: str) -> Element:
        """A pointwise operand, at the axes that it shares with the left-hand side."""
        axes = self.program[name].axes
        if axes == self.lhs.axes:
            return self.loops.element(name, self.rows)
        return self.loops.element(name, [self.place[axis] for axis in axes])

    def _maximum(self, ein: Ein) -> Body:
        letters = self.contraction(ein, self.rows)
        name, element = next(letters.elements())
        part = letters.ein.letters.operands[0]
        first = [Whole(0) if one in letters.summed else letters.index[one] for one in part]
        return (Assign(self.target, self.loops.element(name, first)),
                *nest(letters.loops, (Assign(self.target, self.larger(element)),), Over.ENTRIES))

    def larger(self, element: Expression) -> Expression:
        """An element, or what stands at this entry."""
        return Choose(element.compared(">", self.target), element, self.target)


def of_numbers(expression: Expr, operands: Mapping[str, Expression]) -> Expression:
    """A formula of numbers."""
    return Formula(expression, tuple(operands.items()))


def scale_apart(scale: Expr, entries: Callable[[Expr], Mapping[str, Expression]],
                operands: dict[str, Expression],
                formula: Callable[[Expr, Mapping[str, Expression]], Expression] = of_numbers
                ) -> Expr:
    """The factor in front of a contraction.

    A scale that is no number is computed first, as one of the ``operands``; ``entries`` tell what
    its symbols stand for.
    """
    if is_number(scale):
        return scale
    own = formula(scale, entries(scale))
    return Symbol(_apart(operands, "scale", own), real=True)


def _apart(operands: dict[str, Expression], name: str, element: Expression) -> str:
    """The symbol of an element: an array that is read at two places has two of them."""
    name += "'"
    while operands.setdefault(name, element) != element:
        name += "'"
    return name


def nest(loops: Sequence[tuple[Name, Expression]], body: Body, over: Over) -> Body:
    """Loops around some statements, the first one outermost."""
    for index, stop in reversed(loops):
        body = (For(index.text, stop, body, over),)
    return body
