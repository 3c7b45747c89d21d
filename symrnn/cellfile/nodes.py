"""What a cell file says, as plain data. Every part knows where it stands in the text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple


@dataclass(frozen=True)
class Word:
    """A name, an operator or a quoted text, and where it starts."""

    text: str
    at: int


@dataclass(frozen=True)
class Declaration:
    """``W_i[m,n] "weights"``; the name of a pattern ends with a star.

    ``start`` is what a state starts with: ``m[d] = -1e30``. ``drawn`` says which numbers it may be,
    by a formula that reads the ``indices`` of its axes: ``U[i: m, j: m] ~ where(i == j, 1, 0)``.
    """

    name: Word
    axes: tuple[Word, ...]
    meaning: str
    start: Fraction | None = None
    indices: tuple[Word | None, ...] = ()
    drawn: Node | None = None


@dataclass(frozen=True)
class Declarations:
    """One line of declarations: inputs, states or parameters."""

    role: str
    members: tuple[Declaration, ...]


@dataclass(frozen=True)
class Prose:
    """``title "..."``, ``source "..."`` or ``note "..."``."""

    word: Word
    text: str


@dataclass(frozen=True)
class CellName:
    """``cell NAME``."""

    name: Word


@dataclass(frozen=True)
class Constant:
    """``const eps = 0.001``."""

    name: Word
    value: Fraction


@dataclass(frozen=True)
class ConstantArray:
    """``const I[i: m, j: m] = where(i == j, 1, 0) "identity"``."""

    name: Word
    indices: tuple[tuple[Word, Word], ...]
    formula: Node
    meaning: str


@dataclass(frozen=True)
class SizeLine:
    """``size q = n + m "entries of both"``."""

    name: Word
    formula: Node
    meaning: str


@dataclass(frozen=True)
class Repeat:
    """``repeat k = 1 to 6``: the equations up to ``end``, once for every substep."""

    name: Word
    first: int
    last: int


@dataclass(frozen=True)
class End:
    """``end``."""

    at: int


@dataclass(frozen=True)
class Substep:
    """``3``, ``k`` or ``k-1`` of ``v[t,k-1]``."""

    at: int
    name: str
    shift: int


@dataclass(frozen=True)
class Outputs:
    """``output h, c``."""

    names: tuple[Word, ...]


class Depth(NamedTuple):
    """How deep a formula is nested, and how high its tree is.

    ``a + b + c`` is nested as deep as its deepest term, but its tree leans to the left: each
    further term is a level of its own, and what walks the tree goes through all of them.
    """

    nested: int = 1
    height: int = 1


@dataclass(frozen=True)
class Node:
    """Part of a formula. ``at`` is where its operator or its name stands."""

    at: int
    depth: Depth


@dataclass(frozen=True)
class NumberNode(Node):
    """``0.5``."""

    value: Fraction


@dataclass(frozen=True)
class NameNode(Node):
    """``W``, or ``h[t-1]`` with its step; the step is None where there are no brackets."""

    name: str
    step: int | None
    substep: Substep | None = None


@dataclass(frozen=True)
class CallNode(Node):
    """``leaky_relu(a[t], 0.1)``."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class OperatorNode(Node):
    """``+ - * / @`` between two, ``-`` and ``'`` (transpose) with one."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class PowerNode(Node):
    """``a[t]^2``, ``2^(-i)``."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class ComparisonNode(Node):
    """``a[t] <= b[t]``, the condition of ``where``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class EquationLine:
    """``h[t] = ...``, ``v[t,k] = ...``."""

    name: Word
    formula: Node
    substep: Substep | None = None


Statement = (Declarations | Prose | CellName | Constant | ConstantArray | SizeLine | Outputs
             | EquationLine | Repeat | End)
