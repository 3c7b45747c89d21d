"""Sizes as expressions of the tree, and the lines that declare those that a function uses."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce

from sympy import Add, Expr, Mul

from symrnn.loops import (SIZE, Body, Cast, Declare, Expression, Macro, Member, Name, Size,
                          Whole, replaced)
from symrnn.lowering.arrays import Arrays
from symrnn.program import Program, SizeSymbol, sizes_in_order

GIVEN = ("T", "B")  # by every call; the others may be fixed when compiling


def free_sizes(program: Program) -> list[str]:
    """The sizes that nothing determines, in the order of the struct."""
    return [*GIVEN, *(one.name for one in program.sizes if one.value is None)]


def declared_sizes(arrays: Arrays, axes: Collection[str], fixed: dict[str, str]) -> Body:
    """Local names for the sizes of some axes: what every call gives, unless a macro tells them.

    ``fixed`` are these macros.
    """
    used = set(axes)
    program = arrays.plan.program
    derived = [one for one in program.sizes if one.value is not None and one.name in used]
    used |= {part for one in derived for part in sizes_in_order(one.value)}
    values: list[tuple[str, Expression]] = [
        (one, Macro(fixed[one]) if one in fixed
         else Member(Name("sizes"), arrays.names.member(one)))
        for one in free_sizes(program) if one in used]
    values += [(one.name, of_sympy(one.value, arrays)) for one in derived]
    return tuple(Declare(arrays.names.size(axis), SIZE, value) for axis, value in values)


def of_sympy(value: Expr, arrays: Arrays) -> Expression:
    """A size that is computed from others: ``m + m``."""
    if isinstance(value, Add):
        return reduce(lambda left, right: left + right,
                      (of_sympy(one, arrays) for one in value.args))
    if isinstance(value, Mul):
        return reduce(lambda left, right: left * right,
                      (of_sympy(one, arrays) for one in value.args))
    return arrays.size(value.name) if isinstance(value, SizeSymbol) else Whole(int(value))


class FixedSizes:
    """Sizes as a macro of T and B has them: its arguments, and what may fix the others."""

    def __init__(self, arrays: Arrays, fixed: dict[str, str]) -> None:
        self.arrays, self.fixed = arrays, fixed
        self.values = {one.name: one.value for one in arrays.plan.program.sizes}

    def __call__(self, node: Expression) -> Expression:
        """The same arithmetic with every size told apart from its surroundings."""
        return replaced(node, self._size)

    def _size(self, size: Expression) -> Expression | None:
        if not isinstance(size, Size):
            return None
        value = self.values.get(size.axis)
        if value is not None:
            return self(of_sympy(value, self.arrays))
        return Cast(SIZE, Macro(size.axis if size.axis in GIVEN else self.fixed[size.axis]))
