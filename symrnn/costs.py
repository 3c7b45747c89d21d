"""What a network costs, as formulas in its sizes, in B samples and in T steps.

Counted is what the equations say, forward and in the adjoint. A sign is free, and so is a choice; a
function of the table is what its definition is made of, so a sigmoid is one exp and two operations.
What is made of sizes and numbers alone is not counted. Kernels may do less, where they share a
product, or more, where they compute cheap values again that would be saved otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import reduce
from operator import add

from sympy import (Abs, Add, And, Expr, Function, Integer, Max, Min, Mul, Not, Or, Piecewise, Pow,
                   S, exp, expand)
from sympy.core.relational import Relational

from symrnn.program import (Ein, Equation, IndexSymbol, Maximum, Pointwise, Program, Role,
                            SizeSymbol, Span, Variable, aligned, contraction_axes,
                            is_variable, symbols_in_order)
from symrnn.schedule import Plan

SAMPLES, STEPS = SizeSymbol("B"), SizeSymbol("T")
MANY = {Span.CONSTANT: Integer(1), Span.BATCH: SAMPLES, Span.SEQUENCE: SAMPLES * STEPS}
FREE = (Piecewise, Relational, And, Or, Not, Max, Min, Abs)


@dataclass(frozen=True)
class Operations:
    """How many there are: of products that are added to a sum, of others, of functions called.

    ``other`` are additions, multiplications, divisions and whole powers entry by entry, ``calls``
    exp, tanh, roots and the like.
    """

    products: Expr = S.Zero
    other: Expr = S.Zero
    calls: Expr = S.Zero

    def __add__(self, more: Operations) -> Operations:
        return Operations(*(getattr(self, one.name) + getattr(more, one.name)
                            for one in fields(self)))

    def each_step(self) -> Operations:
        """Those of one step of one sample."""
        return Operations(*(part(getattr(self, one.name), True, True) for one in fields(self)))

    def each_sequence(self) -> Operations:
        """Those of one sample that do not grow with the steps."""
        return Operations(*(part(getattr(self, one.name), True, False) for one in fields(self)))

    def each_call(self) -> Operations:
        """Those that do not grow with the samples."""
        return Operations(*(expand(getattr(self, one.name)).as_independent(SAMPLES, as_Add=True)[0]
                            for one in fields(self)))


@dataclass(frozen=True)
class Costs:
    """What a network costs: in all, over T steps of B samples.

    ``saved`` counts the values that the forward pass keeps for the backward one.
    """

    forward: Operations
    backward: Operations
    saved: Expr
    parameters: Expr


def costs(plan: Plan) -> Costs:
    """What a network costs, from its equations, its adjoint and what is on the tape."""
    program = plan.program
    return Costs(operations(program), operations(plan.gradient),
                 _all(_size(program, one) for one in plan.saved),
                 _all(_size(program, one) for one in program.with_role(Role.PARAMETER)))


def operations(program: Program) -> Operations:
    """How many operations the equations of a program are."""
    found = reduce(add, (operations_of(program, one) for one in program.equations), Operations())
    values = {SizeSymbol(one.name): one.value for one in program.sizes if one.value is not None}
    return Operations(*(expand(getattr(found, one.name).xreplace(values))
                        for one in fields(found)))


def operations_of(program: Program, equation: Equation) -> Operations:
    """How many operations one equation is."""
    return _Counter(program, equation).whole()


def part(formula: Expr, samples: bool, steps: bool) -> Expr:
    """What stands before B T, or before B alone, in a formula."""
    before = expand(formula).coeff(SAMPLES, int(samples))
    return expand(before.coeff(STEPS, int(steps)))


def _size(program: Program, variable: Variable) -> Expr:
    sizes = [program.size(axis) for axis in variable.axes]
    return MANY[variable.span] * Mul(*(
        SizeSymbol(one.name) if one.value is None else one.value for one in sizes))


def _all(sizes: Iterable[Expr]) -> Expr:
    return expand(Add(*sizes))


class _Counter:
    """Counts the operations of one equation."""

    def __init__(self, program: Program, equation: Equation) -> None:
        self.program, self.equation = program, equation
        self.lhs = program[equation.lhs]

    def whole(self) -> Operations:
        """All of them. Products are added to what the other terms are, so they need no addition."""
        found, others = Operations(), 0
        for term, product in self.equation.taken_apart:
            if product is None:
                others += 1
                found += self._counted(term)
            else:
                found += self._product(*product)
        added = max(others - 1, 0) * MANY[self.lhs.span] * self._lengths(range(len(self.lhs.axes)))
        return found + Operations(other=added if self.equation.reads else Integer(0))

    def _product(self, factor: Expr, ein: Ein) -> Operations:
        """A contraction; one operand alone is added up, a matrix of ones and zeros only places."""
        operands = [self.program[one.name] for one in ein.operands]
        if isinstance(ein, Maximum) or any(one.role is Role.SELECTOR for one in operands):
            return Operations()
        sizes = contraction_axes(ein, self.program.axes)
        span = max(self.lhs.span, *(one.span for one in operands))
        times = MANY[span] * Mul(*(SizeSymbol(one) for one in sizes.values()))
        scaled = MANY[self.lhs.span] * self._lengths(range(len(self.lhs.axes)))
        scaling = Operations(other=scaled if abs(factor) != 1 else Integer(0))
        if len(operands) > 1:
            return scaling + Operations(products=times * (len(operands) - 1))
        grows = bool(ein.letters.summed) or span > self.lhs.span
        return scaling + Operations(other=times if grows else Integer(0))

    def _counted(self, node: Expr) -> Operations:
        """The operations of a pointwise expression."""
        if is_variable(node) or not symbols_in_order(node):
            return Operations()
        if isinstance(node, Pointwise):
            row = node.activation
            return self._counted(row.definition.xreplace(
                dict(zip(row.arguments, node.args, strict=True))))
        inner = reduce(add, map(self._counted, _arguments(node)), Operations())
        return inner + self._own(node)

    def _own(self, node: Expr) -> Operations:
        """The operation of a node itself, once for each entry that it varies over."""
        if isinstance(node, FREE):
            return Operations()
        if isinstance(node, Add):
            return Operations(other=self._entries(node) * (len(node.args) - 1))
        if isinstance(node, Mul):
            return self._factors(node)
        called = isinstance(node, Function) or not node.exp.is_Integer
        return (Operations(calls=self._entries(node)) if called
                else Operations(other=self._entries(node)))

    def _factors(self, node: Mul) -> Operations:
        varying = [one for one in node.args if symbols_in_order(one)]
        constant = Mul(*(one for one in node.args if not symbols_in_order(one)))
        times = sum(not _is_switch(one) for one in varying) - 1 + (abs(constant) != 1)
        return Operations(other=self._entries(node) * max(times, 0))

    def _entries(self, node: Expr) -> Expr:
        """How many entries, samples and steps a node varies over."""
        variables = [self.program[name] for name in symbols_in_order(node)]
        places = {place for one in variables for place in aligned(one.axes, self.lhs.axes)}
        places |= {one.place for one in node.atoms(IndexSymbol)}
        span = max(one.span for one in variables)
        steps = STEPS if self.lhs.span is Span.SEQUENCE else Integer(1)
        return steps * (SAMPLES if span else Integer(1)) * self._lengths(sorted(places))

    def _lengths(self, places: Iterable[int]) -> Expr:
        return Mul(*(SizeSymbol(self.lhs.axes[place]) for place in places))


def _is_switch(node: Expr) -> bool:
    """True for a choice of 0, 1 and -1: a factor that lets a value through or not."""
    return isinstance(node, Piecewise) and all(value in (0, 1, -1) for value, _ in node.args)


def _arguments(node: Expr) -> list[Expr]:
    """What is computed for a node: of a choice all values and both sides of comparisons."""
    if isinstance(node, Piecewise):
        return [one for value, condition in node.args for one in (value, *condition.args)
                if not isinstance(one, bool)]
    if isinstance(node, Pow) and not isinstance(node, exp):
        return [node.base, *([] if node.exp.is_number else [node.exp])]
    return list(node.args)
