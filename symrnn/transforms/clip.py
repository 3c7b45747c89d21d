"""Clipping: what enters an activation stays between two bounds, as ONNX's ``clip`` has it.

That is the specification. ONNX Runtime clips what enters the gates alone, not the memory of an
LSTM where tanh reads it: with a memory of 3, ``clip=0.5`` and zeros for all else, h is 0.2311
by the specification and here, 0.4526 by ONNX Runtime.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, tanh

from symrnn.program import (Pointwise, Program, Span, finished, function, lower, of_network,
                            rewrite, symbols_in_order)
from symrnn.transforms.checks import bound


@of_network
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
    variables = [variable if variable.stands_for is None
                 else replace(variable, stands_for=rewrite(variable.stands_for, change))
                 for variable in program.variables]
    return finished(lower(replace(program, equations=tuple(equations), variables=tuple(variables))))


def _is_activation(node: Expr) -> bool:
    return isinstance(node, tanh) or (isinstance(node, Pointwise) and not node.activation.part)


def _in_time(program: Program, node: Expr) -> bool:
    return any(program[name].span is Span.SEQUENCE for name in symbols_in_order(node.args[0]))
