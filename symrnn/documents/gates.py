"""Which symbols are gates: what a squashing into (0, 1) binds at every step and a product reads."""

from __future__ import annotations

from functools import cache

from sympy import Expr, Mul, N, Symbol, preorder_traversal

from symrnn.program import Activation, Pointwise, Program, Span, is_variable

FAR, PLACES = (-40, -1, 0, 1, 40), 9  # where an activation is looked at, and how closely


def gates(program: Program) -> tuple[str, ...]:
    """The gates of a network, in the order of its equations."""
    factors = {one.name for equation in program.equations
               for product in preorder_traversal(equation.rhs) if isinstance(product, Mul)
               for factor in product.args for one in _own(factor)}
    return tuple(one.lhs for one in program.equations
                 if one.lhs in factors and program[one.lhs].span is Span.SEQUENCE
                 and isinstance(one.rhs, Pointwise)
                 and _opens(one.rhs.activation, one.rhs.args[1:]))


def _own(factor: Expr) -> set[Symbol]:
    """The variable that a factor is, or whose complement it is."""
    found = {one for one in factor.free_symbols if is_variable(one)}
    return found if len(found) == 1 and factor.is_polynomial(*found) else set()


@cache
def _opens(activation: Activation, parameters: tuple[Expr, ...]) -> bool:
    """True for what rises from 0 to 1."""
    shape = activation.definition.subs(dict(zip(activation.arguments[1:], parameters, strict=True)))
    values = [N(shape.subs(activation.arguments[0], value)) for value in FAR]
    if not all(one.is_real and one.is_finite for one in values):
        return False
    low, *inner, high = map(float, values)
    return (round(low, PLACES), round(high, PLACES)) == (0, 1) and low <= min(inner) < max(inner)
