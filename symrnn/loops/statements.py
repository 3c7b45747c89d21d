"""Statements of a loop tree, and the functions that they make up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from sympy import Expr

from symrnn.loops.expressions import ONE, ZERO, Aggregate, Expression, Name
from symrnn.loops.types import REAL, Scalar, Type, Vector
from symrnn.loops.uses import Uses, of_expressions
from symrnn.program import Equation


class Over(Enum):
    """What a loop runs over; a dialect may give the turns of one kind to many threads."""

    STEPS = "steps in time"
    SAMPLES = "samples of the batch"
    BLOCKS = "blocks of units"
    UNITS = "units"
    ENTRIES = "entries of an array"


class Statement:
    """The base of all statements."""

    _own_uses: Uses | None = None

    @property
    def own_uses(self) -> Uses:
        """What its own expressions use, without the statements inside; found once."""
        if self._own_uses is None:
            object.__setattr__(self, "_own_uses", of_expressions(own_expressions(self)))
        assert self._own_uses is not None
        return self._own_uses


Body = tuple[Statement, ...]


@dataclass(frozen=True)
class Declare(Statement):
    """A variable and its value; of a pointer the shape of what it leads to.

    ``note`` is a comment behind it. A variable that is not ``constant`` is assigned later.
    """

    name: str
    type: Type
    value: Expression | None = None
    shape: tuple[Expression, ...] | None = None
    note: str = ""
    constant: bool = True


@dataclass(frozen=True)
class Assign(Statement):
    """A value to a variable or an element; the operator ``+=`` or ``-=`` accumulates."""

    target: Expression
    value: Expression
    operator: str = "="


@dataclass(frozen=True)
class For(Statement):
    """A loop of ``index`` from ``start`` to below ``stop``; ``reverse`` runs from there down."""

    index: str
    stop: Expression
    body: Body
    over: Over
    reverse: bool = False
    start: Expression = ZERO
    step: Expression = ONE


@dataclass(frozen=True)
class Parts(Statement):
    """A loop over parts of a range, from ``index`` on ``count`` at a time: as many as ``size``."""

    index: str
    count: str
    start: Expression
    stop: Expression
    size: Expression
    body: Body
    over: Over


@dataclass(frozen=True)
class If(Statement):
    """Statements where a condition holds."""

    condition: Expression
    body: Body


@dataclass(frozen=True)
class Run(Statement):
    """A call for its effect."""

    call: Expression


@dataclass(frozen=True)
class Unused(Statement):
    """Tells the compiler that an argument is not used, and meant so."""

    name: Name


@dataclass(frozen=True)
class Return(Statement):
    """The result of the function."""

    value: Expression


@dataclass(frozen=True)
class Block(Statement):
    """Statements with names of their own."""

    body: Body


@dataclass(frozen=True)
class Section(Statement):
    """Statements behind a comment that tells what they are for."""

    comment: str
    body: Body


@dataclass(frozen=True)
class Computed(Statement):
    """What computes an equation, or several, behind those and their numbers as comments."""

    equations: tuple[Equation, ...]
    body: Body


@dataclass(frozen=True)
class Products(Statement):
    """What computes terms of equations ahead of those: a comment tells the terms."""

    terms: tuple[tuple[str, Expr], ...]
    body: Body


@dataclass(frozen=True)
class Store(Statement):
    """A vector to an address; no more than ``left`` numbers of it where that is given.

    There they are numbers of the ``type``.
    """

    address: Expression
    value: Expression
    left: Expression | None = None
    type: Scalar = REAL


@dataclass(frozen=True)
class Buffer(Statement):
    """Room for some numbers, or vectors of them, on the stack of a thread."""

    name: str
    type: Scalar | Vector
    count: Expression


@dataclass(frozen=True)
class Table(Statement):
    """An array of structs, row by row, ``constant`` or not."""

    name: str
    type: str
    rows: tuple[Aggregate, ...]
    constant: bool = True


@dataclass(frozen=True)
class Barrier(Statement):
    """No thread goes on before all have come here, or all of a part of the team."""

    part: Name | None = None


@dataclass(frozen=True)
class Argument:
    """An argument of a function; one that is not ``constant`` is assigned later."""

    name: str
    type: Type
    constant: bool = True


@dataclass(frozen=True)
class Function:
    """A function: what it is called, what it takes, what it does; without ``result`` void."""

    name: str
    arguments: tuple[Argument, ...]
    body: Body
    result: Type | None = None


def inner(statement: Statement) -> Body:
    """The statements inside one."""
    match statement:
        case For() | Parts() | If() | Block() | Section() | Computed() | Products():
            return statement.body
    return ()


def own_expressions(statement: Statement) -> tuple[Expression, ...]:
    """The expressions of one statement, without those of the statements inside."""
    match statement:
        case Declare(value=value, shape=shape):
            return (*((value,) if value is not None else ()), *(shape or ()))
        case Assign(target, value):
            return target, value
        case For(start=start, stop=stop, step=step):
            return start, stop, step
        case Parts(start=start, stop=stop, size=size):
            return start, stop, size
        case Store(address, value, left):
            return (address, value) if left is None else (address, value, left)
        case Buffer(count=count):
            return (count,)
        case Table(rows=rows):
            return rows
        case Barrier(part) if part is not None:
            return (part,)
        case If(condition=condition):
            return (condition,)
        case Run(call=value) | Return(value=value) | Unused(name=value):
            return (value,)
    return ()


def walk(body: Body) -> Iterator[Statement]:
    """Every statement, each before those inside it."""
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        waiting += reversed(inner(statement))


@dataclass(frozen=True)
class Used:
    """The names, and the axes whose sizes, that some statements use."""

    names: frozenset[str]
    axes: frozenset[str]

    def __or__(self, other: Used) -> Used:
        return Used(self.names | other.names, self.axes | other.axes)


def uses(body: Body) -> Used:
    """What some statements use, with all that is inside them."""
    names, axes = set[str](), set[str]()
    for statement in walk(body):
        names.update(statement.own_uses.names)
        axes.update(statement.own_uses.axes)
    return Used(frozenset(names), frozenset(axes))
