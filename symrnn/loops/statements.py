"""Statements of a loop tree, and the functions that they make up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from symrnn.loops.expressions import Expression, Name
from symrnn.loops.types import Type
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


Body = tuple[Statement, ...]


@dataclass(frozen=True)
class Declare(Statement):
    """A variable and its value; of a pointer the shape of what it leads to.

    ``note`` is a comment behind it. A variable that is not ``constant`` is written again.
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
    """A loop of ``index`` from 0 to below ``stop``; ``reverse`` runs from the last one down."""

    index: str
    stop: Expression
    body: Body
    over: Over
    reverse: bool = False


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
    """What computes one equation, behind that equation and its number as a comment."""

    equation: Equation
    body: Body


@dataclass(frozen=True)
class Barrier(Statement):
    """No thread goes on before all have come here."""


@dataclass(frozen=True)
class Argument:
    """An argument of a function."""

    name: str
    type: Type


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
        case For() | If() | Block() | Section() | Computed():
            return statement.body
    return ()


def own_expressions(statement: Statement) -> tuple[Expression, ...]:
    """The expressions of one statement, without those of the statements inside."""
    match statement:
        case Declare(value=value, shape=shape):
            return (*((value,) if value is not None else ()), *(shape or ()))
        case Assign(target, value):
            return target, value
        case For(stop=stop):
            return (stop,)
        case If(condition=condition):
            return (condition,)
        case Run(call=value) | Return(value=value) | Unused(name=value):
            return (value,)
    return ()


def walk(body: Body) -> Iterator[Statement]:
    """Every statement, each before those inside it."""
    for statement in body:
        yield statement
        yield from walk(inner(statement))
