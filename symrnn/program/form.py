"""The program form: a system of time-indexed equations over named symbols.

Everything that symrnn does passes one frozen :class:`Program` from stage to stage.

A right-hand side is a SymPy expression of one of two kinds, or their sum:

* *pointwise*: a scalar expression, broadcast over the axes of the left-hand side;
* *contraction*: a number times :class:`~symrnn.program.contraction.Ein`, ``W x``.

Time stands in the :class:`Delay`: ``h_prev[t] = h[t-1]``. Sizes are symbols throughout.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from functools import cached_property

from sympy import Expr, Rational, Symbol

from symrnn.program.contraction import Ein
from symrnn.program.expressions import ZERO, contraction_term, symbols_in_order, terms
from symrnn.program.notation import Glyph
from symrnn.program.portable import Portable


class Role(Enum):
    """What a variable is for. The first group is given, the second bound by an equation."""

    INPUT = "input"
    MASK = "mask"
    STEP_MASK = "mask of steps"
    START = "start of sequences"
    PARAMETER = "parameter"
    INITIAL = "initial state"
    COTANGENT = "given cotangent"
    TANGENT = "given tangent"
    SAVED = "saved forward value"
    SELECTOR = "selector"
    STATE = "state"
    INTERMEDIATE = "intermediate"
    OUTPUT = "output"
    FINAL = "final state"
    GRADIENT = "gradient"

    @property
    def given(self) -> bool:
        """True where the caller supplies the value."""
        return self in GIVEN


GIVEN = frozenset(
    {Role.INPUT, Role.MASK, Role.STEP_MASK, Role.START, Role.PARAMETER, Role.INITIAL,
     Role.COTANGENT, Role.TANGENT, Role.SAVED, Role.SELECTOR}
)
INPUTS = (Role.INPUT, Role.MASK, Role.STEP_MASK)  # what a caller gives with every call
FED = (*INPUTS, Role.START)  # the same, with what kernels fill in where the caller does not


class Span(IntEnum):
    """What a variable varies over besides its axes; a wider span has the larger value."""

    CONSTANT = 0
    BATCH = 1
    SEQUENCE = 2


@dataclass(frozen=True)
class Size(Portable):
    """A symbolic size: ``n`` inputs, or a derived one, ``q = 2 m``."""

    name: str
    glyph: Glyph
    meaning: str
    value: Expr | None = None


@dataclass(frozen=True)
class Variable(Portable):
    """A named symbol: axes, role, span, notation and a line of meaning.

    ``offset`` belongs to selectors alone: a selector with axes [q, m] is the matrix with
    ones at (offset + j, j), which places a vector of m entries into one of q.
    ``stands_for`` is the expression that documents print in place of the name. ``of`` names
    the variable whose cotangent or tangent this one is. ``drawn`` tells of what is given which
    numbers it may be: a formula by which :mod:`symrnn.program.draw` draws some.
    """

    name: str
    axes: tuple[str, ...]
    role: Role
    glyph: Glyph
    meaning: str
    span: Span = Span.SEQUENCE
    offset: Expr | None = None
    stands_for: Expr | None = None
    of: str = ""
    drawn: Expr | None = None

    @property
    def symbol(self) -> Symbol:
        """The SymPy symbol of the same name."""
        return Symbol(self.name)

    @property
    def shape(self) -> tuple[str, ...]:
        """Axes as stored: ``T``, ``B`` and the variable's own."""
        return ("T", "B")[2 - self.span :] + self.axes


class Rule(Enum):
    """Where a term of a derived equation comes from."""

    GIVEN = "direct derivative of the loss"
    POINTWISE = "chain rule, entry by entry"
    CONTRACTION = "derivative of a matrix product"
    DELAY = "chain rule through time"


@dataclass(frozen=True)
class Origin(Portable):
    """One term's provenance: the equation it was derived from, the rule, the local factor."""

    number: int
    rule: Rule
    target: str
    source: str
    term: Expr


@dataclass(frozen=True)
class Equation(Portable):
    """``lhs = rhs``; ``number`` is the same in every document and kernel."""

    lhs: str
    rhs: Expr
    number: int
    origins: tuple[Origin, ...] = ()

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The variables on the right-hand side, in order of first appearance."""
        return symbols_in_order(self.rhs)

    @cached_property
    def terms(self) -> tuple[Expr, ...]:
        """The terms of the right-hand side, in order."""
        return terms(self.rhs)

    @cached_property
    def taken_apart(self) -> tuple[tuple[Expr, tuple[Expr, Ein] | None], ...]:
        """Every term, and its coefficient and contraction where it has one."""
        return tuple((term, contraction_term(term)) for term in self.terms)


@dataclass(frozen=True)
class Delay(Portable):
    """``lhs[t] = source[t - step]``, with ``initial`` beyond the edge.

    ``step`` is +1 (memory, scanned forward) or -1 (scanned in reverse). ``final`` is the
    source's value at the last step of the scan. Its adjoint is again a delay, with the
    sign of ``step``, and ``initial`` and ``final``, exchanged. ``start`` is what ``initial``
    is where a caller does not give it.
    """

    lhs: str
    source: str
    step: int
    initial: str
    final: str
    start: Rational = ZERO

    @property
    def state(self) -> str:
        """What the caller calls the remembered value: ``h`` of ``initial.h``."""
        return self.initial.partition(".")[2]


@dataclass(frozen=True, repr=False)
class Program(Portable):
    """A system of equations, ready for any stage. Equations stand in the author's order.

    ``source`` names the paper in one line, ``bibtex`` in full; ``notes`` are sentences for
    whoever reads the page.
    """

    name: str
    title: str
    sizes: tuple[Size, ...]
    variables: tuple[Variable, ...]
    equations: tuple[Equation, ...]
    delays: tuple[Delay, ...]
    outputs: tuple[str, ...]
    source: str = ""
    notes: tuple[str, ...] = ()
    bibtex: str = ""

    @cached_property
    def _by_name(self) -> dict[str, Variable]:
        return {variable.name: variable for variable in self.variables}

    @cached_property
    def _definitions(self) -> dict[str, Equation]:
        return {equation.lhs: equation for equation in self.equations}

    def __repr__(self) -> str:
        return (f"<Program {self.name}: {self.title}; "
                f"{counted(len(self.with_role(Role.PARAMETER)), 'parameter')}, "
                f"{counted(len(self.delays), 'state')}, "
                f"{counted(len(self.equations), 'equation')}>")

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.sizes, self.variables, self.equations, self.delays))

    def __hash__(self) -> int:
        return self._hash  # what follows from a program is kept under it, and asked for often

    def __copy__(self) -> Program:
        return self  # nobody can change it

    def __deepcopy__(self, memo: object) -> Program:
        return self

    def __getitem__(self, name: str) -> Variable:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def definition(self, name: str) -> Equation | None:
        """The equation that binds ``name``, or None for a given or delayed variable."""
        return self._definitions.get(name)

    def delay_of(self, name: str) -> Delay | None:
        """The delay that binds ``name``, or None."""
        return next((delay for delay in self.delays if delay.lhs == name), None)

    def with_role(self, *roles: Role) -> tuple[Variable, ...]:
        """The variables of these roles, in order of declaration."""
        return tuple(variable for variable in self.variables if variable.role in roles)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the variables that a delay remembers from one step to the next."""
        return tuple(delay.source for delay in self.delays)

    @property
    def step_mask(self) -> Variable | None:
        """What tells which steps count; None where all of them do."""
        return next(iter(self.with_role(Role.STEP_MASK)), None)

    @cached_property
    def axes(self) -> dict[str, tuple[str, ...]]:
        """Axes by name."""
        return {variable.name: variable.axes for variable in self.variables}

    def size(self, name: str) -> Size:
        """The size of this name."""
        return next(size for size in self.sizes if size.name == name)

    def _repr_latex_(self) -> str:
        """What a notebook shows; printers are loaded when one asks."""
        from symrnn.presentation import notebook_latex

        return notebook_latex(self)

    def _repr_html_(self) -> str:
        from symrnn.presentation import notebook_html

        return notebook_html(self)

    def replacing(self, variables: Iterable[Variable]) -> Program:
        """The program with some variables exchanged for others of the same names."""
        new = {variable.name: variable for variable in variables}
        return replace(
            self, variables=tuple(new.get(old.name, old) for old in self.variables)
        )


def counted(number: int, what: str) -> str:
    """``1 state``, ``2 states``."""
    return f"{number} {what}{'s' * (number != 1)}"


def local(name: str) -> tuple[str, str]:
    """Split ``layer1.forward.h`` into its prefix ``layer1.forward.`` and its own name ``h``."""
    prefix, dot, own = name.rpartition(".")
    return prefix + dot, own


def initial_name(state: str) -> str:
    """The name of a state's initial value: ``initial.h``."""
    return f"initial.{state}"


def final_name(state: str) -> str:
    """The name of a state's final value: ``final.h``."""
    return f"final.{state}"
