"""Normal form: every function call and every contraction inside another gets its own name.

``h = o tanh(c)`` becomes ``tanh_c = tanh(c)`` and ``h = o tanh_c`` under one number, so
that the derivation can say ``1 - tanh_c**2`` and no kernel calls tanh twice. Documents
print such a part as what it stands for: the reader still sees tanh(c).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from sympy import Expr, Symbol

from symrnn.program.contraction import Ein
from symrnn.program.expressions import add, factors, rebuild, symbols_in_order, terms
from symrnn.program.form import Equation, Program, Role, Span, Variable, local
from symrnn.program.functions import is_call
from symrnn.program.notation import Glyph


def lower(program: Program, taken: Collection[str] = ()) -> Program:
    """The program in normal form. Idempotent; numbers stay; new names avoid those ``taken``."""
    lowering = _Lowering(program, taken)
    for equation in program.equations:
        lowering.equation(equation)
    return replace(
        program,
        variables=(*program.variables, *lowering.parts),
        equations=tuple(lowering.equations),
    )


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
        rhs = equation.rhs
        if is_call(rhs):
            rhs = self._call_of_names(rhs)
        else:
            rhs = add([self._term(term) for term in terms(rhs)])
        self.equations.append(replace(equation, rhs=rhs))

    def _term(self, term: Expr) -> Expr:
        """A term of a sum: a numeric multiple of a contraction stays, all else is pointwise."""
        parts = factors(term)
        plain = all(isinstance(part, Ein) or part.is_number for part in parts)
        if plain and sum(isinstance(part, Ein) for part in parts) <= 1:
            return term
        return self._inner(term)

    def _inner(self, node: Expr) -> Expr:
        if isinstance(node, Ein):
            return self._name(node, self._contraction_part)
        if is_call(node):
            call = self._call_of_names(node)
            return self._name(call, self._call_part)
        if not node.args:
            return node
        return rebuild(node, [self._inner(argument) for argument in node.args])

    def _call_of_names(self, call: Expr) -> Expr:
        """A call over pointwise arguments; an argument with a contraction is named first."""
        arguments = [
            self._name(argument, self._contraction_part) if argument.has(Ein)
            else argument if not any(map(is_call, argument.args)) and not is_call(argument)
            else self._inner(argument)
            for argument in call.args
        ]
        return rebuild(call, arguments)

    def _name(self, node: Expr, make: Callable[[Expr], Variable]) -> Symbol:
        if node not in self.named:
            part = make(node)
            self.variables[part.name] = part
            self.parts.append(part)
            self.equations.append(Equation(part.name, add([node]), self.current.number))
            self.named[node] = part.symbol
        return self.named[node]

    def _contraction_part(self, node: Expr) -> Variable:
        """The sum inside a function: the pre-activation ``a_i`` of ``i``."""
        owner = self.variables[self.current.lhs]
        prefix, own = local(owner.name)
        name = self._fresh(f"{prefix}a_{own}")
        glyph = replace(owner.glyph, letter="a", sub=(owner.glyph.letter, *owner.glyph.sub))
        return Variable(name, owner.axes, Role.INTERMEDIATE, glyph,
                        f"sum inside the equation of {own}", owner.span)

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
        candidates = (name if count == 1 else f"{name}_{count}" for count in range(1, 1000))
        return next(one for one in candidates if one not in self.variables and one not in self.taken)
