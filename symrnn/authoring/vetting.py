"""What an author's formula may be made of; everything else is refused at the author's line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

from sympy import (Abs, Add, Basic, Expr, Float, Integer, Max, Min, Mod, Mul, NumberSymbol,
                   Piecewise, Pow, Rational, exp, preorder_traversal)
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import And, BooleanAtom, Not, Or

from symrnn.authoring.symbols import Author, Term, plain
from symrnn.program import (ELEMENTARY, function, DrawSymbol, IndexSymbol, is_variable, Ein,
                            Pointwise, ProgramError, SizeSymbol, exact, larger, magnitude, rewrite,
                            smaller, untold)

LARGEST_POWER = 64
LARGEST_START = 10**30  # float32 holds it, and a few products with it
KNOWN = (Add, Mul, Piecewise, ExprCondPair, Relational, And, Or, Not, BooleanAtom, Ein, Str,
         Pointwise, SizeSymbol, IndexSymbol, DrawSymbol, Mod, NumberSymbol,
         *(row.function for row in ELEMENTARY.values()))


def vetted(cell: Author, formula: Expr, sizes_and_names: frozenset[str]) -> Expr:
    """The formula with exact numbers. Raises ProgramError for what no kernel can compute."""
    exact = _exact(cell, formula)
    finding = next(_findings(cell, exact, sizes_and_names), None)
    if finding is not None:
        raise ProgramError(f"{cell.name}: {finding}")
    return exact


def _exact(cell: Author, formula: Expr) -> Expr:
    """Decimals as the fractions that were meant, 0.1 as 1/10; Max, Min, Abs in branches.

    SymPy sorts the arguments of Max and Min; numbers stand last, so that they lose a tie.
    """
    def change(node: Expr) -> Expr | None:
        if isinstance(node, Pow) and not isinstance(node, exp) and _is_computed(node.exp):
            return function("power")(*(rewrite(one, change) for one in node.args))
        if not isinstance(node, Max | Min | Abs):
            return exact(node) if isinstance(node, Float) and node.is_finite else None
        parts = [cell.compared(rewrite(one, change))
                 for one in sorted(node.args, key=lambda one: one.is_number)]
        if isinstance(node, Abs):
            return magnitude(parts[0])
        which = larger if isinstance(node, Max) else smaller
        return reduce(lambda one, other: which(cell.compared(one), other), parts)

    return rewrite(formula, change)


def _findings(cell: Author, formula: Expr, names: frozenset[str]) -> Iterator[str]:
    for node in preorder_traversal(formula):
        if isinstance(node, Term):
            if node.cell is not cell:
                yield (f"{plain(node.name)} is a symbol of the cell '{node.cell.name}'; declare "
                       "one in this cell")
        elif isinstance(node, Pow) and not isinstance(node, exp):
            yield from _power(node)
        elif is_variable(node):
            if node.name not in names:
                yield (f"{plain(node.name)} is no symbol of this cell; declare it, or read it with "
                       "[t]")
        elif not isinstance(node, (*KNOWN, Rational)):
            yield _unknown(node)


def first_value(cell: Author, state: str, value: Expr) -> Rational:
    """The number that a state starts with. Raises ProgramError for what is none."""
    if not isinstance(value, Rational) or abs(value) > LARGEST_START:
        raise ProgramError(f"{cell.name}: '{state}' starts with {plain(value)}, which is no number "
                           f"up to 1e30; masks multiply it, so it is finite")
    return value


def refuse(cell: str, *findings: str | None) -> None:
    """Raise ProgramError with the first finding, if there is any, and the cell's name."""
    for finding in filter(None, findings):
        raise ProgramError(f"{cell}: {finding}")


def sentences(cell: str, notes: Iterable[str]) -> tuple[str, ...]:
    """The notes of a cell. Raises ProgramError for a text in place of several."""
    if isinstance(notes, str) or not isinstance(notes, Iterable):
        raise ProgramError(f"{cell}: notes are several texts; write notes=['...']")
    made = tuple(notes)
    refuse(cell, *(untold("a note", one) for one in made))
    return made


def _is_computed(exponent: Expr) -> bool:
    """True for a power that multiplications and square roots do not give."""
    return not exponent.is_number or (exponent.is_finite and exact(exponent).q > 2)


def size_formula(cell: Author, value: Any) -> Expr:
    """A size as sums and products of sizes and whole numbers. Raises ProgramError for another."""
    formula = Integer(value) if isinstance(value, int) else value
    if not isinstance(formula, Expr) or formula == 0 or not all(
            isinstance(node, Add | Mul | SizeSymbol) or (node.is_Integer and node >= 0)
            for node in preorder_traversal(formula)):
        raise ProgramError(f"{cell.name}: {plain(formula)} is no size; sizes are sums and products "
                           f"of sizes and whole numbers")
    return formula


def _power(node: Pow) -> Iterator[str]:
    if not isinstance(node.exp, Rational) or abs(node.exp) > LARGEST_POWER:
        yield f"the exponent of {plain(node)} is larger than {LARGEST_POWER}"
    elif node.base == 0 and node.exp < 0:
        yield "this divides by zero"


def _unknown(node: Basic) -> str:
    if node.args:
        return (f"{plain(node.func.__name__)} is no function that kernels know; take one of "
                f"symrnn.activation, {', '.join(ELEMENTARY)}, sqrt, Max, Min or Abs, or a "
                "Piecewise")
    return f"{plain(node)} is no number that kernels compute with; write a real, finite one"
