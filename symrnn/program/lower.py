"""Normal form: every function call and every contraction inside another gets its own name.

``h = o tanh(c)`` becomes ``tanh_c = tanh(c)`` and ``h = o tanh_c`` under one number, so
that the derivation can say ``1 - tanh_c**2`` and no kernel calls tanh twice. Documents
print such a part as what it stands for: the reader still sees tanh(c). A part that readers do
see, such as the sum inside a sigmoid, is an equation like others and has a number of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from sympy import Expr, Symbol

from symrnn.program.contraction import Ein, Maximum
from symrnn.program.expressions import (add, factors, rebuild, result_axes, symbols_in_order,
                                        terms)
from symrnn.program.form import Equation, Program, Role, Span, Variable, local
from symrnn.program.functions import is_call
from symrnn.program.naming import free_name
from symrnn.program.notation import Glyph, Letter


def lower(program: Program, taken: Collection[str] = ()) -> Program:
    """The program in normal form. Idempotent; new names avoid those ``taken``.

    Numbers run on from the lowest one: no two equations that readers see share one.
    """
    lowering = _Lowering(program, taken)
    for equation in program.equations:
        lowering.equation(equation)
    return replace(
        program,
        variables=(*program.variables, *lowering.parts),
        equations=numbered(lowering.equations, lowering.variables),
    )


def numbered(equations: Sequence[Equation], variables: Mapping[str, Variable]
             ) -> tuple[Equation, ...]:
    """The equations, each with a number of its own.

    A part that stands for its formula has the number of the first equation that shows it.
    """
    numbers: dict[str, int] = {}
    last = min((one.number for one in equations), default=1) - 1
    for one in equations:
        if variables[one.lhs].stands_for is None:
            numbers[one.lhs] = last = last + 1
    for one in reversed(equations):  # from the reader to what it reads, which stands before it
        for name in one.reads:
            if variables[name].stands_for is not None:
                numbers[name] = numbers.get(one.lhs, last)
    return tuple(replace(one, number=numbers.get(one.lhs, last)) for one in equations)


class _Lowering:
    """Collects the equations in order, with the parts that had to be named."""

    def __init__(self, program: Program, taken: Collection[str]) -> None:
        self.taken = taken
        self.variables = {variable.name: variable for variable in program.variables}
        self.parts: list[Variable] = []
        self.equations: list[Equation] = []
        self.named: dict[Expr, Symbol] = {}

    def equation(self, equation: Equation) -> None:
        """Lower one equation and append it behind its parts."""
        self.current = equation
        self.is_constant = not symbols_in_order(equation.rhs)
        rhs = self._formula(equation.rhs, self.variables[equation.lhs].axes)
        self.equations.append(replace(equation, rhs=rhs))

    def _formula(self, rhs: Expr, axes: tuple[str, ...]) -> Expr:
        """A right-hand side of these axes in normal form."""
        if isinstance(rhs, Maximum):
            return rhs
        if is_call(rhs):
            return self._call_of_names(rhs)
        return add([self._term(term, axes) for term in terms(rhs) if 0 not in factors(term)])

    def _term(self, term: Expr, axes: tuple[str, ...]) -> Expr:
        """A term of a sum: a multiple of a contraction of these axes, or else pointwise."""
        found = [part for part in factors(term) if isinstance(part, Ein)]
        scale = [part for part in factors(term) if not isinstance(part, Ein)]
        if (len(found) == 1 and not isinstance(found[0], Maximum) and not any(map(_varies, scale))
                and len(found[0].letters.output) == len(axes)):
            return term
        return self._inner(term)

    def _inner(self, node: Expr) -> Expr:
        if isinstance(node, Ein):
            return self._name(node, partial(self._sum_part, f"product {_spoken(node)}"))
        if is_call(node) and not node.is_number and not self.is_constant:
            call = self._call_of_names(node)
            return self._name(call, self._call_part)
        if not node.args:
            return node
        return rebuild(node, [self._inner(argument) for argument in node.args])

    def _call_of_names(self, call: Expr) -> Expr:
        """A call over arguments of one variable; any other argument is named first.

        So the slope of ``h = tanh(g d + b)`` is written once, in the cotangent of the sum.
        """
        inside = f"argument of {call.func.__name__}"
        arguments = [
            self._name(argument, partial(self._sum_part, inside))
            if argument.has(Ein) or len(symbols_in_order(argument)) > 1 else self._inner(argument)
            for argument in call.args
        ]
        return rebuild(call, arguments)

    def _name(self, node: Expr, make: Callable[[Expr], Variable]) -> Symbol:
        if node not in self.named:
            part = make(node)
            self.variables[part.name] = part
            rhs = (self._call_of_names(node) if is_call(node)
                   else self._formula(node, part.axes))
            self.parts.append(part)
            self.equations.append(Equation(part.name, rhs, self.current.number))
            self.named[node] = part.symbol
        return self.named[node]

    def _sum_part(self, what: str, node: Expr) -> Variable:
        """The sum inside a function: the pre-activation ``a_i`` of ``i``."""
        owner = self.variables[self.current.lhs]
        prefix, own = local(owner.name)
        name = self._fresh(f"{prefix}a_{own}")
        count = tuple(local(name)[1].removeprefix(f"a_{own}").split("_")[1:])
        glyph = replace(owner.glyph, letters=(Letter("a"),), sub=(
            owner.glyph.bare, *owner.glyph.sub, *map(Glyph.marks, count)))
        widest = max(self.variables[one].span for one in symbols_in_order(node))
        axes = result_axes(node, {one.name: one.axes for one in self.variables.values()})
        return Variable(name, axes, Role.INTERMEDIATE, glyph,
                        f"{what} in the equation of {own}", min(owner.span, widest))

    def _call_part(self, call: Expr) -> Variable:
        """A call inside a formula: ``tanh_c``, printed as the call itself."""
        inside = [self.variables[name] for name in symbols_in_order(call)]
        if not inside:
            raise ValueError(f"{call} has no variable in it; write the number")
        widest = max(inside, key=lambda variable: (len(variable.axes), variable.span))
        prefix, own = local(inside[0].name)
        name = self._fresh(f"{prefix}{call.func.__name__}_{own}")
        span = max((variable.span for variable in inside), default=Span.CONSTANT)
        return Variable(name, widest.axes, Role.INTERMEDIATE, Glyph.named(local(name)[1]),
                        "part of the equation of " + self.current.lhs, span, stands_for=call)

    def _fresh(self, name: str) -> str:
        return free_name({*self.variables, *self.taken}, name)


def _spoken(product: Expr) -> str:
    """The names of factors, side by side as in a formula: ``W x``."""
    return " ".join(local(name)[1] for name in symbols_in_order(product))


def _varies(expression: Expr) -> bool:
    return bool(symbols_in_order(expression))
