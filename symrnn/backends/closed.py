"""Equations with the formulas of some names in their place: one formula instead of ten lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from sympy import Add, Expr, preorder_traversal

from symrnn.backends.document import DocumentPrinter, held
from symrnn.backends.entries import by_entry
from symrnn.backends.formula import Formula, Scripts, Sum
from symrnn.backends.formula import Symbol as Shown
from symrnn.backends.formula import TRANSPOSED
from symrnn.backends.printer import SUM
from symrnn.backends.products import is_indexed
from symrnn.program import (Ein, Equation, Program, contraction_term, contractions, factors,
                            is_variable, negated, result_axes, terms)

SHORT = 5  # factors of a product that may stand in two places
OPPOSITE = {"": "-", "+": "-", "-": "+"}


def read_once(program: Program, kept: Collection[str] = ()) -> frozenset[str]:
    """The bound names that are read in one place alone: their formulas may stand there.

    Short products may stand in two places.
    What a delay hands on, and what is ``kept``, keeps its name: a recursion needs it.
    """
    read = Counter(name for one in program.equations if program[one.lhs].stands_for is None
                   for name in _names(program, one.rhs))
    named = {*kept, *(one.source for one in program.delays)}
    named |= _spread(program)
    for one in program.equations:  # entries with indices are those of a name
        found = [ein for _, ein in contractions(one.rhs) if is_indexed(ein.letters)]
        if found or by_entry(program, one):
            named |= {one.lhs, *(operand.name for ein in found for operand in ein.operands)}
    return frozenset(one.lhs for one in program.equations
                     if one.lhs not in named and program[one.lhs].stands_for is None
                     and (read[one.lhs] == 1 or (read[one.lhs] == 2 and _is_short(program, one))))


def _spread(program: Program) -> set[str]:
    """Vectors whose entries are all one number, which no product of matrices can have in place."""
    operands = {operand.name for one in program.equations for _, ein in contractions(one.rhs)
                for operand in ein.operands}
    return {one.lhs for one in program.equations if one.lhs in operands and not one.rhs.has(Ein)
            and len(result_axes(one.rhs, program.axes)) < len(program[one.lhs].axes)}


def _is_short(program: Program, equation: Equation) -> bool:
    """True for one product of few factors, which may stand in two places."""
    waiting, count = [equation.rhs], 0
    while waiting and count <= SHORT:
        for factor in factors(waiting.pop()):
            definition = program.definition(factor.name) if is_variable(factor) else None
            single = definition is not None and not definition.rhs.has(Add, Ein)
            if definition is not None and single:
                waiting.append(definition.rhs)
            else:
                count += 1
    return count <= SHORT and not equation.rhs.has(Ein) and not isinstance(equation.rhs, Add)


def _names(program: Program, expression: Expr) -> Iterator[str]:
    """The names that readers see in an expression, as often as they do."""
    for node in preorder_traversal(expression):
        if is_variable(node):
            inner = program[node.name].stands_for
            yield from [node.name] if inner is None else _names(program, inner)


class ClosedPrinter(DocumentPrinter):
    """Prints a formula in the place of every name in ``put_in``."""

    def __init__(self, program: Program, put_in: Collection[str]) -> None:
        super().__init__(program)
        self.put_in = put_in

    def symbol(self, name: str) -> Formula:
        return held(self._whole(name)[1]) if name in self.put_in else super().symbol(name)

    def transposed(self, name: str) -> Formula:
        if name in self.put_in:
            return Scripts(self.symbol(name), sup=Shown(TRANSPOSED))
        return super().transposed(name)

    def _symbol(self, node: Expr) -> tuple[int, Formula]:
        return self._whole(node.name) if node.name in self.put_in else super()._symbol(node)

    def _whole(self, name: str) -> tuple[int, Formula]:
        """The formula of a name, and how strongly it binds."""
        equation = self._definition(name)
        shown = self.signed_terms(equation)
        (sign, only), *others = shown
        if sign or others:
            return SUM, Sum(shown)
        (term,) = terms(equation.rhs) or (equation.rhs,)
        return (SUM, only) if contraction_term(term) else self._print(term)

    def _definition(self, name: str) -> Equation:
        found = self.program.definition(name)
        assert found is not None
        return found

    def signed_terms(self, equation: Equation) -> tuple[tuple[str, Formula], ...]:
        """The terms of a right-hand side; a sum that stands for a term brings its own terms."""
        found: list[tuple[str, Formula]] = []
        own = self.entries(equation)
        for term in terms(equation.rhs):
            positive = negated(term)
            plain, sign = (term, "+") if positive is None else (positive, "-")
            if is_variable(plain) and plain.name in self.put_in:
                inner = self.signed_terms(self._definition(plain.name))
                found += [(other or "+" if sign == "+" else OPPOSITE[other], one)
                          for other, one in inner]
            else:
                found.append((sign, own.term(plain, equation.lhs)))
        if not found:
            return super().signed_terms(equation)
        (sign, first), *others = found
        return (("" if sign == "+" else sign, first), *others)
