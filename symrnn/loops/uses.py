"""What a tree uses: names, sizes, functions. A function declares that and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symrnn.loops.expressions import Expression, Formula, Name, Size, VectorFormula, children
from symrnn.loops.statements import Body, own_expressions, walk
from symrnn.program import sizes_in_order


def expressions(body: Body) -> Iterator[Expression]:
    """Every expression of some statements and every part of it."""
    return _parts([one for statement in walk(body) for one in own_expressions(statement)])


def parts(node: Expression) -> Iterator[Expression]:
    """An expression and everything that it is made of."""
    return _parts([node])


def _parts(waiting: list[Expression]) -> Iterator[Expression]:
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)[::-1]


@dataclass(frozen=True)
class Uses:
    """The variables and arguments that some statements read or write, and axes whose sizes."""

    names: frozenset[str] = frozenset()
    axes: frozenset[str] = frozenset()

    def __or__(self, other: Uses) -> Uses:
        return Uses(self.names | other.names, self.axes | other.axes)


def uses(body: Body) -> Uses:
    """What some statements use."""
    names, axes = set[str](), set[str]()
    for one in expressions(body):
        if isinstance(one, Name):
            names.add(one.text)
        elif isinstance(one, Size):
            axes.add(one.axis)
        elif isinstance(one, Formula | VectorFormula):
            axes.update(sizes_in_order(one.expression))
    return Uses(frozenset(names), frozenset(axes))


def names(body: Body) -> frozenset[str]:
    """The variables and arguments that some statements read or write."""
    return uses(body).names
