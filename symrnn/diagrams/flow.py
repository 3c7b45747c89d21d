"""From the equations of a program to the data-flow graph of one step.

Products of weights become boxes, with the activation of the sum where nothing else reads it; sums
and products of values become small circles. What is the same at every step, such as weights, is
no node: it stands in the boxes.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from sympy import Add, Expr, Mul, Piecewise
from sympy import Symbol as Name

from symrnn.backends.formula import Formula, Symbol
from symrnn.diagrams.graph import Graph, Kind
from symrnn.diagrams.growing import Growing, Wire
from symrnn.diagrams.marks import width
from symrnn.diagrams.paths import along_time
from symrnn.diagrams.reading import Weighted, is_linear, occurrences
from symrnn.diagrams.symbols import EMPTY, HOLE, MARKS, LabelPrinter, sign, word
from symrnn.program import (Delay, Ein, Equation, Maximum, Program, contraction_term, factors,
                            is_variable, multiply, named_choice, negated, substitute,
                            symbols_in_order, terms)

LONGEST = 9.0  # letters of a formula inside one node
SHORT = 4.5  # of one that is an activation


def flow(program: Program) -> Graph:
    """The data-flow graph of one step."""
    made = Flow(program)
    for equation in program.equations:
        if made.reader.flows(equation.lhs) and not made.hidden(equation.lhs):
            made.node_of(equation.lhs)
    states = made.leaving()
    return along_time(Graph(tuple(made.nodes), tuple(made.edges)), states)


class Flow(Growing):
    """Follows the equations."""

    def hidden(self, name: str) -> bool:
        """True for a part of another equation, which is drawn with that."""
        return self.program[name].stands_for is not None

    def node_of(self, name: str) -> int:
        """The node that a value comes from, made where there is none yet."""
        if name not in self.where:
            equation = self.program.definition(name)
            self.where[name] = (self._entering(name) if equation is None
                                else self._bound(equation))
        return self.where[name]

    def leaving(self) -> tuple[tuple[int, int], ...]:
        """Add what the step gives; for each state the nodes before and after it.

        What is handed on may be all that reads an older state, which is drawn then, too.
        """
        found, known = dict[str, tuple[int, int]](), dict[str, int]()
        while (delay := self._drawn_without(found)) is not None:
            if delay.source not in known:
                known[delay.source] = self._end(delay.source, Kind.AFTER)
            found[delay.lhs] = (self.where[delay.lhs], known[delay.source])
        for name in self.program.outputs:
            if name not in known:
                self._end(name, Kind.OUTPUT)
        return tuple(found.values())

    def _drawn_without(self, found: Container[str]) -> Delay | None:
        """The first state that is drawn before the step and not yet after it."""
        return next((one for one in self.program.delays
                     if one.lhs in self.where and one.lhs not in found
                     and self.program.definition(one.source) is not None), None)

    def _end(self, name: str, kind: Kind) -> int:
        source = self.node_of(name)
        equation = self.program.definition(name)
        number = equation.number if equation else 0
        key = self.add(kind, self.symbol(name), name, equations=(number,) * bool(number),
                        output=name in self.program.outputs)
        self.join(Wire(source, name), key, number)
        return key

    def _entering(self, name: str) -> int:
        before = self.program.delay_of(name) is not None
        return self.add(Kind.BEFORE if before else Kind.INPUT, self.symbol(name), name)

    def _bound(self, equation: Equation) -> int:
        rhs = self._written_out(equation.rhs)
        whole = self.reader.around(rhs)
        if whole is not None and is_variable(whole[1]) and not is_variable(rhs):
            wire = self._function(rhs, *whole, equation)
        else:
            wire = self._wire(rhs, equation)
        if wire.negative:
            plain = replace(wire, negative=False)
            wire = self.node(Kind.FUNCTION, sign("−"), (plain,), equation, True)
        node = self.nodes[wire.key]
        if not node.kind.at_edge and not node.value:
            part = self.program[equation.lhs].stands_for is not None
            self.nodes[wire.key] = replace(node, value=equation.lhs, unnamed=part)
        elif not node.kind.entering:
            self.mark(wire.key, equation.number)
        return wire.key

    def _written_out(self, expression: Expr) -> Expr:
        """The expression with the formulas of names that readers do not see, where it is alone."""
        parts = {Name(name): self._written_out(definition.rhs)
                 for name in symbols_in_order(expression)
                 if self.program[name].stands_for is not None and self._readers(name) == 1
                 and (definition := self.program.definition(name)) is not None
                 and self.reader.flows(name) and not definition.rhs.has(Ein)}
        return substitute(expression, parts)

    def _readers(self, name: str) -> int:
        """How often equations read a value."""
        return sum(occurrences(one.rhs, name) for one in self.program.equations)

    def _wire(self, expression: Expr, equation: Equation) -> Wire:
        """What computes an expression of an equation."""
        if is_variable(expression):
            return Wire(self.node_of(expression.name), expression.name)
        weighted, rest = self.reader.weighted(expression)
        if weighted:
            return self._weighted(weighted, rest, equation)
        positive = negated(expression)
        if positive is not None and not isinstance(expression, Add):
            wire = self._wire(positive, equation)
            return replace(wire, negative=not wire.negative)
        function = self.reader.around(expression)
        if function is not None:
            return self._function(expression, *function, equation)
        return self._several(expression, equation)

    def _weighted(self, weighted: tuple[Weighted, ...], rest: tuple[Expr, ...],
                  equation: Equation) -> Wire:
        values = [one.value for one in weighted if one.value is not None]
        box = self.node(Kind.LAYER, EMPTY, tuple(self._wire(one, equation) for one in values),
                         equation, True, tuple(one.weight for one in weighted))
        if not rest:
            return box
        return self.node(Kind.OPERATION, sign("+"),
                          (box, *(self._wire(one, equation) for one in rest)), equation, True)

    def _function(self, expression: Expr, function: Expr, inner: Expr, equation: Equation) -> Wire:
        label = self.reader.label(function)
        if width(MARKS(label)) > LONGEST:
            outer = self.reader.outermost(expression)
            if outer is not None and outer[1] != inner:
                function, inner = outer
                label = self.reader.label(function)
        wire = self._wire(inner, equation)
        if self._is_activation(inner, wire, label):
            box = self.nodes[wire.key]
            self.nodes[wire.key] = replace(box, label=label, value="", linear=False,
                                           unnamed=False)
            self.mark(wire.key, equation.number)
            return Wire(wire.key)
        return self.node(Kind.FUNCTION, label, (wire,), equation, is_linear(function))

    def _is_activation(self, inner: Expr, wire: Wire, label: Formula) -> bool:
        """True where a function is all that reads a weighted sum."""
        box = self.nodes[wire.key]
        if box.kind is not Kind.LAYER or box.label != EMPTY or wire.negative:
            return False
        if width(MARKS(label)) > SHORT:
            return False
        name = inner.name if is_variable(inner) else ""
        kept = name in self.program.outputs or name in self.program.states
        return not name or (self._readers(name) == 1 and not kept)

    def _several(self, expression: Expr, equation: Equation) -> Wire:
        """A sum, a product or another function of several values."""
        found = contraction_term(expression) if not isinstance(expression, Add) else None
        if isinstance(expression, Ein):
            return self._contraction(expression, equation)
        if found is not None:
            return self._product([found[1], *factors(found[0])], equation)
        if isinstance(expression, Mul):
            return self._product(list(factors(expression)), equation)
        if isinstance(expression, Add):
            return self._sum(expression, equation)
        return self._other(expression, equation)

    def _sum(self, expression: Expr, equation: Equation) -> Wire:
        flowing = [one for one in terms(expression) if self.reader.values(one)]
        constant = [one for one in terms(expression) if not self.reader.values(one)]
        wires = tuple(self._wire(one, equation) for one in flowing)
        found = self.node(Kind.OPERATION, sign("+"), wires, equation, True)
        if not constant:
            return found
        around = Add(HOLE, *constant, evaluate=False)
        return self.node(Kind.FUNCTION, self.reader.label(around), (found,), equation, True)

    def _product(self, parts: list[Expr], equation: Equation) -> Wire:
        flowing = [one for one in parts if self.reader.values(one)]
        constant = [one for one in parts if not self.reader.values(one)]
        wires = [self._wire(one, equation) for one in flowing]
        negative = sum(one.negative for one in wires) % 2 == 1
        wires = [replace(one, negative=False) for one in wires]
        found = (wires[0] if len(wires) == 1 else
                 self.node(Kind.OPERATION, sign("⊙"), tuple(wires), equation, True))
        node = self.nodes[found.key]
        if (constant and isinstance(flowing[0], Ein) and node.kind is Kind.FUNCTION
                and isinstance(node.label, Symbol)):
            printer = LabelPrinter(self.program, hole=node.label.glyph)  # a mean is one node
            scaled = printer(multiply([*constant, HOLE]))
            self.nodes[found.key] = replace(node, label=scaled)
        elif constant:
            label = self.reader.label(multiply([*constant, HOLE]))
            found = self.node(Kind.FUNCTION, label, (found,), equation, True)
        return replace(found, negative=negative)

    def _contraction(self, ein: Ein, equation: Equation) -> Wire:
        values = [one for one in ein.operands if self.reader.flows(one.name)]
        weights = [self.symbol(one.name) for one in ein.operands
                   if not self.reader.flows(one.name)]
        wires = tuple(self._wire(one, equation) for one in values)
        several = len(set(values)) > 1
        kind = Kind.OPERATION if several else Kind.FUNCTION
        linear = not isinstance(ein, Maximum) and len(values) == len(set(values))
        return self.node(kind, _named(ein, several), wires, equation, linear, tuple(weights))

    def _other(self, expression: Expr, equation: Equation) -> Wire:
        """A choice, or a function of several values."""
        printer = self.reader.printer
        sides = named_choice(expression) if isinstance(expression, Piecewise) else None
        if sides is not None:
            label, parts = word(sides[0]), list(sides[1])
        elif isinstance(expression, Piecewise):
            label, parts = word("cases"), [*map(Name, self.reader.values(expression))]
        else:
            label, parts = printer.called(expression), list(expression.args)
        wires = tuple(self._wire(one, equation) for one in parts if self.reader.values(one))
        return self.node(Kind.OPERATION, label, wires, equation)


def _named(ein: Ein, several: bool) -> Formula:
    """The sign of a contraction of values."""
    if isinstance(ein, Maximum):
        return word("max")
    if several:
        same = all(part == ein.letters.output for part in ein.letters.operands)
        return sign("×" if ein.letters.summed else "⊙" if same else "⊗")
    if len(ein.operands) > 1:
        return sign("‖·‖²")
    return sign("Σ") if ein.letters.summed else word("repeat")
