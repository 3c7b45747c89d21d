"""The part of a formula that stands in it more than once, as a local value of its function."""

from __future__ import annotations

from functools import cache

from sympy import Expr, Function, Symbol, preorder_traversal

from symrnn.program import substitute

SHARED = Symbol("e", real=True)


@cache
def parted(formula: Expr) -> tuple[Expr | None, Expr]:
    """The largest call that a formula repeats, if any, and the formula with ``e`` in its place."""
    found = [node for node in preorder_traversal(formula) if isinstance(node, Function)]
    repeated = [node for node in found if found.count(node) > 1]
    common = max(repeated, key=lambda node: node.count_ops(), default=None)
    return common, formula if common is None else substitute(formula, {common: SHARED})
