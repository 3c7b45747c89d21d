"""What expressions use: names, sizes, elements. A function declares its sizes and no others."""

from __future__ import annotations

from typing import NamedTuple

from symrnn.loops.expressions import (Binary, Choose, Element, Expression, Formula, Name, Size,
                                      VectorFormula, children)
from symrnn.program import sizes_in_order

Held = frozenset[str]
Placed = tuple[Element, Held]


class Uses(NamedTuple):
    """What some expressions read or write, in order, names and axes as often as they appear.

    ``names`` are variables and arguments, ``axes`` those whose sizes appear, ``elements`` the
    entries of arrays, each with the names that a condition around it holds.
    """

    names: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    elements: tuple[Placed, ...] = ()


NOTHING, NONE = Uses(), Held()


def of_expressions(some: tuple[Expression, ...]) -> Uses:
    """What expressions use, found in one walk."""
    if not some:
        return NOTHING
    names, axes, elements = list[str](), list[str](), list[Placed]()
    _gather([*some][::-1], NONE, names, axes, elements)
    return Uses(tuple(names), tuple(axes), tuple(elements))


def _gather(waiting: list[Expression], held: Held, names: list[str], axes: list[str],
            elements: list[Placed]) -> None:
    """Adds every part of some expressions that stand under a condition on ``held`` names."""
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            names.append(node.text)
        elif isinstance(node, Size):
            axes.append(node.axis)
        elif isinstance(node, Binary):
            waiting += (node.right, node.left)
        elif isinstance(node, Choose):
            told = held.union(of_expressions((node.condition,)).names)
            _gather([*children(node)][::-1], told, names, axes, elements)
        else:
            if isinstance(node, Element):
                elements.append((node, held))
            elif isinstance(node, Formula | VectorFormula):
                axes.extend(sizes_in_order(node.expression))
            waiting += children(node)[::-1]
