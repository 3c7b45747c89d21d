"""What is kept of an activation that saturates, so that its slope keeps its digits.

``i (1 - i)`` is 0 where the sigmoid rounds to 1, and ``1 - g^2`` where tanh does. So what a
derivative reads as ``1 - i`` or ``1 - g^2`` becomes a value of its own. In place of i the forward
pass keeps its tail: the smaller of i and 1 - i, with a sign that tells which; in place of g, g
where it is small, else the inverse of 1 - |g|. ``SATURATING`` in ``program/functions.py`` tells
the functions. Documents print all as it was written.

Values of the network itself read complements so where they are products with one: ``(1 - o) m``
has no digit more than 1 - o. In a sum, ``(1 - z) n + z h``, the other term outweighs what is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import Add, Expr, Mul, Symbol

from symrnn.program import (SATURATING, Equation, Maximum, Program, Role, Saturating, Span,
                            Variable, contractions, free_name, function, local, rewrite,
                            symbols_in_order)


@dataclass(frozen=True)
class Keeping:
    """Both programs with complements as values.

    ``along`` are tails, which nothing but the backward pass reads, ``recomputed`` what that
    computes from them.
    """

    program: Program
    gradient: Program
    along: frozenset[str]
    recomputed: frozenset[str]


@dataclass(frozen=True)
class Activation:
    """An equation that calls a function of ``SATURATING``, its tail and its complement."""

    equation: Equation
    how: Saturating
    tail: Variable
    complement: Variable

    @property
    def pattern(self) -> Expr:
        """What cancels, as derivatives write it."""
        return self.how.complement(Symbol(self.equation.lhs))

    def of_tail(self) -> Equation:
        """The equation of the tail."""
        return self._bound(self.tail.name, self.how.tail, self.equation.rhs.args[0])

    def of_value(self) -> Equation:
        """The equation of the value, from the tail."""
        return self._bound(self.equation.lhs, self.how.value, self.tail.symbol)

    def of_complement(self) -> Equation:
        """The equation of the complement, from the tail."""
        return self._bound(self.complement.name, self.how.rest, self.tail.symbol)

    def _bound(self, lhs: str, row: str, argument: Expr) -> Equation:
        return Equation(lhs, function(row)(argument), self.equation.number)


Activations = Mapping[str, Activation]


def keeping(program: Program, gradient: Program) -> Keeping:
    """The programs with a value for every complement that a derivative reads.

    Derivatives are the equations of ``gradient``, and those that a joined program has besides
    its own. Products of the network are treated as these are.
    """
    known = _activations(program, gradient)
    exact = [one for one in program.equations if program[one.lhs].of or isinstance(one.rhs, Mul)]
    here, there = _read(exact, known), _read(gradient.equations, known)
    bound = {one.lhs for one in gradient.equations}
    inner, outer = there & bound, there - bound
    gradient = _beside(_replaced(gradient, gradient.equations, known), known, inner, inner)
    program = _beside(_replaced(program, exact, known), known, here | outer, here)
    return _recomputed(program, gradient, [known[name] for name in known if name in outer], here)


def _activations(program: Program, gradient: Program) -> Activations:
    """Every activation of both programs, by name."""
    taken = {one.name for one in (*program.variables, *gradient.variables)}
    found: dict[str, Activation] = {}
    for home in (program, gradient):
        for equation in home.equations:
            how = SATURATING.get(equation.rhs.func.__name__)
            if how is not None and equation.lhs not in found:
                found[equation.lhs] = _activation(home[equation.lhs], equation, how, taken)
    return found


def _activation(value: Variable, equation: Equation, how: Saturating, taken: set[str]
                ) -> Activation:
    def like(pattern: str, meaning: str) -> Variable:
        prefix, own = local(value.name)
        name = free_name(taken, prefix + pattern.format(own))
        taken.add(name)
        return replace(value, name=name, role=Role.INTERMEDIATE, meaning=f"{meaning} of {own}",
                       of="", stands_for=None)

    complement = replace(like(how.called, "complement"),
                         stands_for=how.complement(Symbol(value.name)))
    return Activation(equation, how, like("{}_tail", "tail"), complement)


def _read(equations: Iterable[Equation], known: Activations) -> set[str]:
    """The activations whose complement some equations read."""
    found = set[str]()

    def note(node: Expr) -> Expr | None:
        name = _complement_of(node, known)
        found.update([name] if name else [])
        return None

    for one in equations:
        rewrite(one.rhs, note)
    return found


def _complement_of(node: Expr, known: Activations) -> str:
    """The activation whose complement an expression is; nothing where it is none's."""
    names = symbols_in_order(node) if isinstance(node, Add) else ()
    if len(names) != 1 or names[0] not in known:
        return ""
    return names[0] if node.doit() == known[names[0]].pattern else ""


def _replaced(program: Program, equations: Iterable[Equation], known: Activations) -> Program:
    """The program with symbols for the complements that some of its equations read."""
    def change(node: Expr) -> Expr | None:
        name = _complement_of(node, known)
        return known[name].complement.symbol if name else None

    new = {one.lhs: replace(one, rhs=rewrite(one.rhs, change)) for one in equations}
    return replace(program, equations=tuple(new.get(one.lhs, one) for one in program.equations))


def _beside(program: Program, known: Activations, tails: Collection[str],
            complements: Collection[str]) -> Program:
    """The program with equations for tails and complements behind the activations."""
    equations: list[Equation] = []
    variables = {one.name: [one] for one in program.variables}
    for equation in program.equations:
        equations.append(equation)
        if equation.lhs in tails:
            equations.append(known[equation.lhs].of_tail())
            variables[equation.lhs].append(known[equation.lhs].tail)
        if equation.lhs in complements:
            equations.append(known[equation.lhs].of_complement())
            variables[equation.lhs].append(known[equation.lhs].complement)
    return replace(program, equations=tuple(equations),
                   variables=tuple(one for some in variables.values() for one in some))


def _recomputed(program: Program, gradient: Program, activations: Sequence[Activation],
                read_here: Collection[str]) -> Keeping:
    """The gradient behind the equations of what it reads of the program's activations."""
    read = {name for one in gradient.equations for name in one.reads}
    values = [one.of_value() for one in activations
              if one.equation.lhs in read and may_be_recomputed(program, one.equation.lhs)]
    complements = [one.of_complement() for one in activations]
    made = [one.complement for one in activations]
    gradient = replace(gradient, variables=(*made, *gradient.variables))
    late = [*values, *(one for one, two in zip(complements, made, strict=True)
                       if two.span is Span.SEQUENCE)]
    tails = frozenset(one.tail.name for one in activations if one.equation.lhs not in read_here)
    return Keeping(program, behind(gradient, program, (*values, *complements)), tails,
                   frozenset(one.lhs for one in late))


def may_be_recomputed(program: Program, name: str) -> bool:
    """True for a value that nobody needs besides the backward pass of its own step.

    Not for one of which the largest is sought: the derivative asks which entries are equal to that,
    and of what is computed in another way none may be.
    """
    return (program[name].span is Span.SEQUENCE and name not in program.outputs
            and name not in program.states and name not in _ranked(program))


@lru_cache(maxsize=32)
def _ranked(program: Program) -> frozenset[str]:
    """The values of which some maximum is the largest."""
    return frozenset(one.name for equation in program.equations
                     for _, ein in contractions(equation.rhs) if isinstance(ein, Maximum)
                     for one in ein.operands)


def behind(gradient: Program, program: Program, equations: tuple[Equation, ...]) -> Program:
    """The gradient behind some equations of the program, or made of its values."""
    if not equations:
        return gradient
    bound = {one.lhs for one in equations}
    read = {name for one in equations for name in one.reads}
    missing = tuple(one if one.role.given else replace(one, role=Role.SAVED)
                    for one in program.variables
                    if one.name in read - bound and one.name not in gradient)
    given = {one.name for one in program.variables if one.role.given}
    own = bound | read & given  # what the gradient only told of, and reads now
    variables = tuple(program[one.name] if one.name in own and one.name in program else one
                      for one in gradient.variables)
    return replace(gradient, variables=(*missing, *variables),
                   equations=(*equations, *gradient.equations))
