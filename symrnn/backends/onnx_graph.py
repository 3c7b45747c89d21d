"""Nodes of an ONNX graph, written as arithmetic: what ``evaluate`` is given in place of arrays.

A value knows its shape, with ``T`` and ``B`` for what only the caller knows. A value of an equation
bears the name of its variable; the parts of its formula are numbered beneath it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import helper, numpy_helper
from sympy import Abs, And, Max, Min, Not, Or, erf
from sympy.functions import sqrt

from symrnn.program import ELEMENTARY, ROWS
from symrnn.program.activations import copysign
from symrnn.program.interpret import Operations, evaluate

Dims = tuple[str | int, ...]
LENGTHS = {"T": "number of steps", "B": "number of samples"}  # no variable has a space in its name
NO_NODE = ("expm1", "log1p")  # elementary functions that ONNX has no node for


class Constants:
    """The arrays of a model, for all its graphs: each number stands once."""

    def __init__(self, dtype: str) -> None:
        self.dtype, self.arrays = np.dtype(dtype), dict[str, Any]()

    def put(self, name: str, array: Any, dtype: Any = None) -> str:
        """An array under a name, which may be there already."""
        self.arrays.setdefault(name, np.asarray(array, dtype or self.dtype))
        return name

    def initializers(self, read: Container[str]) -> list[Any]:
        """What the model's graph holds: the arrays that its nodes read."""
        return [numpy_helper.from_array(np.ascontiguousarray(one).reshape(one.shape), name)
                for name, one in self.arrays.items() if name in read]


@dataclass(frozen=True)
class Value:
    """What a node gives, its name and its shape."""

    graph: Nodes
    name: str
    dims: Dims

    def __add__(self, other: Any) -> Value:
        return self.graph.joined("Add", self, other)

    def __radd__(self, other: Any) -> Value:
        return self.graph.joined("Add", other, self)

    def __mul__(self, other: Any) -> Value:
        return self.graph.joined("Mul", self, other)

    def __rmul__(self, other: Any) -> Value:
        return -self if other == -1 else self.graph.joined("Mul", other, self)

    def __neg__(self) -> Value:
        return self.graph.applied("Neg", self)

    def __pow__(self, exponent: Any) -> Value:
        """Whole powers by products, halves by a root."""
        if not isinstance(exponent, float) or not (2 * exponent).is_integer():
            return self.graph.joined("Pow", self, exponent)
        base = self if exponent.is_integer() else self.graph.applied("Sqrt", self)
        count = int(abs(exponent if exponent.is_integer() else 2 * exponent))
        power: Any = 1.0
        for _ in range(count):
            power = base if isinstance(power, float) else power * base
        return power if exponent > 0 else self.graph.joined("Div", 1.0, power)

    def __rpow__(self, base: Any) -> Value:
        return self.graph.joined("Pow", base, self)


@dataclass
class Nodes:
    """The nodes of one graph, those inside a step of a scan or those around it."""

    constants: Constants
    inside: bool = False
    nodes: list[Any] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    equation: str = ""

    def add(self, op: str, inputs: Sequence[str], outputs: Sequence[str],
            **attributes: Any) -> None:
        """A node with all its names."""
        self.nodes.append(helper.make_node(op, inputs, outputs, **attributes))

    def value(self, op: str, inputs: Sequence[str], dims: Dims, **attributes: Any) -> Value:
        """A part of the equation at hand."""
        wish = f"{self.equation}/{op}"
        self.counts[wish] = self.counts.get(wish, 0) + 1
        name = f"{wish}_{self.counts[wish]}"
        self.add(op, inputs, [name], **attributes)
        return Value(self, name, dims)

    def put(self, value: Any) -> Value:
        """A number as a value; a value as it is."""
        if isinstance(value, Value):
            return value
        return Value(self, self.constants.put(repr(float(value)), float(value)), ())

    def joined(self, op: str, *operands: Any) -> Value:
        """A node whose operands are repeated along the axes that they lack."""
        values = [self.put(one) for one in operands]
        return self.value(op, [one.name for one in values],
                          broadcast(*(one.dims for one in values)))

    def applied(self, op: str, operand: Any) -> Value:
        """A node of one value."""
        value = self.put(operand)
        return self.value(op, [value.name], value.dims)

    def reshaped(self, value: Value, places: Sequence[int]) -> Value:
        """The value with axes of length 1 at these places."""
        if not places:
            return value
        dims = list(value.dims)
        for place in places:
            dims.insert(place, 1)
        axes = self.constants.put(f"axes {','.join(map(str, places))}", places, np.int64)
        return self.value("Unsqueeze", [value.name, axes], tuple(dims))

    def expanded(self, value: Value, dims: Dims) -> Value:
        """The value, repeated to a shape, of which the model's graph tells T and B."""
        if value.dims == dims:
            return value
        lengths = [LENGTHS[one] if isinstance(one, str)
                   else self.constants.put(f"length {one}", [one], np.int64) for one in dims]
        if not lengths:
            return value
        shape = lengths[0] if len(lengths) == 1 else self.value("Concat", lengths, (), axis=0).name
        return self.value("Expand", [value.name, shape], dims)

    def largest(self, value: Value, places: Sequence[int]) -> Value:
        """The largest entry along the axes at these places, counted from the last one."""
        axes = self.constants.put(f"axes {','.join(map(str, places))}", places, np.int64)
        kept = tuple(one for place, one in enumerate(value.dims, -len(value.dims))
                     if place not in places)
        return self.value("ReduceMax", [value.name, axes], kept, keepdims=0)

    def leaving(self, value: Value, name: str, left: list[str], otherwise: str) -> Value:
        """What leaves a body: the value of an equation itself, but a copy of what left before."""
        if name in left:
            left.remove(name)
            return value
        self.add("Identity", [value.name], [otherwise])
        return Value(self, otherwise, value.dims)

    def named(self, value: Value, name: str) -> Value:
        """The value under a name of its own, which the node that has just given it takes."""
        if self.nodes and list(self.nodes[-1].output) == [value.name]:
            self.nodes[-1].output[0] = name
        else:
            self.add("Identity", [value.name], [name])
        return Value(self, name, value.dims)


def broadcast(*shapes: Dims) -> Dims:
    """The shape of values of several shapes, taken entry by entry."""
    rank = max(map(len, shapes))
    rows = [(1,) * (rank - len(one)) + one for one in shapes]
    return tuple(next((one for one in column if one != 1), 1) for column in zip(*rows, strict=True))


def operations(graph: Nodes, sizes: Mapping[str, int]) -> Operations:
    """The functions of formulas as nodes of a graph; those of the table by their stable forms."""
    def node(op: str) -> Callable[..., Value]:
        return lambda *operands: graph.joined(op, *operands)

    def row(name: str) -> Callable[..., Any]:
        one = ROWS[name]
        return lambda *operands: evaluate(
            one.kernel_form, dict(zip((arg.name for arg in one.arguments), operands,
                                      strict=True)).__getitem__, sizes, made)

    made = Operations({
        **{one.function: node(name.capitalize()) for name, one in ELEMENTARY.items()
           if name not in NO_NODE},
        ELEMENTARY["expm1"].function: lambda x: _expm1(graph, x),
        ELEMENTARY["log1p"].function: lambda x: _log1p(graph, x),
        sqrt: node("Sqrt"), erf: row("erf"), Abs: node("Abs"), Max: node("Max"), Min: node("Min"),
        copysign: lambda size, sign: _copysign(graph, size, sign),
        And: node("And"), Or: node("Or"), Not: node("Not"), "<=": node("LessOrEqual"),
        "<": node("Less"), ">=": node("GreaterOrEqual"), ">": node("Greater"),
        "==": node("Equal"), "!=": lambda a, b: node("Not")(node("Equal")(a, b)),
    }, node("Where"), named={**{name: row(name) for name in ROWS},
                             "sigmoid": node("Sigmoid"), "relu": node("Relu")})
    return made


def _expm1(graph: Nodes, x: Any) -> Value:
    """exp(x) - 1 by Kahan's rule, which keeps the digits around 0."""
    power = graph.applied("Exp", x)
    less = power + -1.0
    corrected = graph.joined("Div", less * x, graph.applied("Log", power))
    near = graph.joined("Less", graph.applied("Abs", x), 1.0)
    usual = graph.joined("Where", near, corrected, less)
    return graph.joined("Where", graph.joined("Equal", power, 1.0), x, usual)


def _log1p(graph: Nodes, x: Any) -> Value:
    """log(1 + x) by Kahan's rule."""
    more = graph.put(x) + 1.0
    corrected = graph.joined("Div", graph.applied("Log", more) * x, more + -1.0)
    return graph.joined("Where", graph.joined("Equal", more, 1.0), x, corrected)


def _copysign(graph: Nodes, size: Any, sign: Any) -> Value:
    positive = graph.applied("Abs", size)
    return graph.joined("Where", graph.joined("Less", sign, 0.0), -positive, positive)
