"""A data-flow graph as it grows: nodes, and the edges into them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr

from symrnn.backends.formula import Formula
from symrnn.diagrams.graph import Edge, Kind, Node
from symrnn.diagrams.reading import Reader
from symrnn.program import Equation, Program, local, symbols_in_order


@dataclass(frozen=True)
class Wire:
    """What an expression is computed by: the node, the variable where it is one, the sign."""

    key: int
    value: str = ""
    negative: bool = False


class Growing:
    """The graph as it grows; ``where`` is the node that each value comes from."""

    def __init__(self, program: Program) -> None:
        self.program, self.reader = program, Reader(program)
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.where: dict[str, int] = {}

    def symbol(self, name: str) -> Formula:
        """The symbol of a value."""
        return self.reader.printer.symbol(name)

    def add(self, kind: Kind, label: Formula, name: str, weights: tuple[Formula, ...] = (),
            equations: tuple[int, ...] = (), linear: bool = False, output: bool = False) -> int:
        """A new node without edges; its key."""
        value = name if kind.at_edge else ""
        self.nodes.append(Node(len(self.nodes), kind, label, value, weights, equations, linear,
                               local(name)[0], output))
        return len(self.nodes) - 1

    def node(self, kind: Kind, label: Formula, wires: tuple[Wire, ...], equation: Equation,
             linear: bool = False, weights: tuple[Formula, ...] = ()) -> Wire:
        """A new node that wires lead to, and what leaves it."""
        numbers = {equation.number, *self._constants(equation.rhs)}
        key = self.add(kind, label, equation.lhs, weights, tuple(sorted(numbers)), linear)
        for wire in dict.fromkeys(wires):
            self.join(wire, key, equation.number)
        return Wire(key)

    def _constants(self, expression: Expr) -> list[int]:
        """The equations of constants that an expression reads."""
        read = [self.program.definition(name) for name in symbols_in_order(expression)
                if not self.reader.flows(name)]
        own = [one.number for one in read if one and self.program[one.lhs].stands_for is None]
        return own + [number for one in read if one for number in self._constants(one.rhs)]

    def join(self, wire: Wire, key: int, number: int) -> None:
        """Lead a wire to a node."""
        self.edges.append(Edge(wire.key, key, number, wire.value, wire.negative))

    def mark(self, key: int, number: int) -> None:
        """Add a number to the equations of a node."""
        node = self.nodes[key]
        self.nodes[key] = replace(
            node, equations=tuple(dict.fromkeys((*node.equations, number))))
