"""Clipping: what enters an activation stays between two bounds, as ONNX's ``clip`` has it."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, tanh

from symrnn.program import (Pointwise, Program, Span, function, lower, rewrite, symbols_in_order,
                            verify)
from symrnn.transforms.checks import bound


def clipped(program: Program, threshold: float) -> Program:
    """The program with the argument of every activation held in [-threshold, threshold].

    The values themselves stay as they are: of an LSTM's memory, tanh sees the clipped one
    and the next step the whole one. Functions of parameters alone are no activations, nor
    is ``linear``. The gradient is zero where clipping holds. Raises ValueError for a
    threshold that is not positive.
    """
    limit = bound(threshold, "clip")

    def change(node: Expr) -> Expr | None:
        if not (_is_activation(node) and _in_time(program, node)):
            return None
        return node.func(function("clip")(node.args[0], limit), *node.args[1:])

    equations = [replace(one, rhs=rewrite(one.rhs, change)) for one in program.equations]
    variables = [one if one.stands_for is None
                 else replace(one, stands_for=rewrite(one.stands_for, change))
                 for one in program.variables]
    return verify(lower(replace(program, equations=tuple(equations), variables=tuple(variables))))


def _is_activation(node: Expr) -> bool:
    return isinstance(node, tanh) or (isinstance(node, Pointwise) and not node.activation.part)


def _in_time(program: Program, node: Expr) -> bool:
    return any(program[name].span is Span.SEQUENCE for name in symbols_in_order(node.args[0]))
