"""Frozen data that pickle and copy leave as they are.

SymPy's own pickles build every sum and product anew, which sorts them; and a function of the table
of activations has no name in any module. So a formula travels as a tree of plain parts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sympy import (Add, Basic, Expr, Function, Mul, Piecewise, Pow, Rational, Symbol, false,
                   true)
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanAtom, BooleanFunction

from symrnn.program.functions import Pointwise, function

UNEVALUATED = (Add, Mul, Pow, Piecewise, Relational, Function, BooleanFunction)


@dataclass(frozen=True)
class Tree:
    """A node of a formula: its kind, and its parts or what a leaf says."""

    kind: Any
    parts: tuple[Any, ...]


class Portable:
    """A frozen dataclass, some fields of which are formulas."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _restored, (type(self), tuple(
            tree(value) if isinstance(value, Basic) else value
            for value in (getattr(self, one.name) for one in fields(self))))  # type: ignore[arg-type]


def _restored(kind: type[Any], values: tuple[Any, ...]) -> Any:
    return kind(*(formula(one) if isinstance(one, Tree) else one for one in values))


def tree(node: Basic) -> Tree:
    """A formula as a tree of plain parts."""
    if isinstance(node, Symbol | Str):
        return Tree(type(node), (node.name,))
    if isinstance(node, Rational):
        return Tree(Rational, (int(node.p), int(node.q)))
    if isinstance(node, BooleanAtom):
        return Tree(bool, (bool(node),))
    kind = node.activation.name if isinstance(node, Pointwise) else node.func
    return Tree(kind, tuple(map(tree, node.args)))


def formula(given: Tree) -> Expr:
    """The formula of a tree, its terms in their order."""
    if not any(isinstance(one, Tree) for one in given.parts):
        return _leaf(given)
    parts = list(map(formula, given.parts))
    kind = function(given.kind) if isinstance(given.kind, str) else given.kind
    return kind(*parts, evaluate=False) if issubclass(kind, UNEVALUATED) else kind(*parts)


def _leaf(given: Tree) -> Any:
    if given.kind is bool:
        return true if given.parts[0] else false
    return given.kind(*given.parts)
