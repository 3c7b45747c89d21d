"""What a tree uses: names, sizes, functions. A function declares that and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import Expr

from symrnn.loops.expressions import (Call, Expression, Formula, Name, Size, VectorFormula,
                                      children)
from symrnn.loops.statements import Body, own_expressions, walk
from symrnn.program import sizes_in_order


def expressions(body: Body) -> Iterator[Expression]:
    """Every expression of some statements and every part of it."""
    for statement in walk(body):
        for one in own_expressions(statement):
            yield from parts(one)


def parts(node: Expression) -> Iterator[Expression]:
    """An expression and everything that it is made of."""
    yield node
    for child in children(node):
        yield from parts(child)


def names(body: Body) -> frozenset[str]:
    """The variables and arguments that some statements read or write."""
    return frozenset(one.text for one in expressions(body) if isinstance(one, Name))


def calls(body: Body) -> frozenset[str]:
    """The functions that some statements call by name."""
    return frozenset(one.function for one in expressions(body) if isinstance(one, Call))


def formulas(body: Body) -> tuple[Expr, ...]:
    """Every formula of some statements, in order."""
    return tuple(one.expression for one in expressions(body)
                 if isinstance(one, Formula | VectorFormula))


def axes(body: Body) -> frozenset[str]:
    """The axes whose sizes some statements use."""
    return axes_of(expressions(body))


def axes_of(found: Iterable[Expression]) -> frozenset[str]:
    """The axes whose sizes some expressions are or compute with."""
    return frozenset(axis for one in found for axis in _own_axes(one))


def _own_axes(node: Expression) -> tuple[str, ...]:
    if isinstance(node, Size):
        return (node.axis,)
    if isinstance(node, Formula | VectorFormula):
        return sizes_in_order(node.expression)
    return ()
