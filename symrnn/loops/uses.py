"""What expressions use: names, sizes, elements. A function declares its sizes and no others."""

from __future__ import annotations

from typing import NamedTuple

from symrnn.loops.expressions import (At, Binary, Choose, Element, Expression, Formula, Load, Name,
                                      Size, VectorFormula, children)
from symrnn.loops.types import Number
from symrnn.program import sizes_in_order

Held = frozenset[str]
Placed = tuple[Element, Held]
Typed = tuple[Expression, Number]


class Uses(NamedTuple):
    """What some expressions read or write, in order, names and axes as often as they appear.

    ``names`` are variables and arguments, ``axes`` those whose sizes appear, ``elements`` the
    entries of arrays, each with the names that a condition around it holds, ``typed`` the
    addresses from which numbers of a type are taken.
    """

    names: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    elements: tuple[Placed, ...] = ()
    typed: tuple[Typed, ...] = ()


NOTHING, NONE = Uses(), Held()


def of_expressions(some: tuple[Expression, ...]) -> Uses:
    """What expressions use, found in one walk."""
    if not some:
        return NOTHING
    found = _Found([], [], [], [])
    _gather([*some][::-1], NONE, found)
    return Uses(tuple(found.names), tuple(found.axes), tuple(found.elements), tuple(found.typed))


class _Found(NamedTuple):
    """What a walk has found so far."""

    names: list[str]
    axes: list[str]
    elements: list[Placed]
    typed: list[Typed]


def _gather(waiting: list[Expression], held: Held, found: _Found) -> None:
    """Adds every part of some expressions that stand under a condition on ``held`` names."""
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            found.names.append(node.text)
        elif isinstance(node, Size):
            found.axes.append(node.axis)
        elif isinstance(node, Binary):
            waiting += (node.right, node.left)
        elif isinstance(node, Choose):
            told = held.union(of_expressions((node.condition,)).names)
            _gather([*children(node)][::-1], told, found)
        else:
            if isinstance(node, Element):
                found.elements.append((node, held))
                found.typed.append((node.array, node.type))
            elif isinstance(node, At):
                found.typed.append((node.array, node.type))
            elif isinstance(node, Load):
                found.typed.append((node.address, node.type))
            elif isinstance(node, Formula | VectorFormula):
                found.axes.extend(sizes_in_order(node.expression))
            waiting += children(node)[::-1]
