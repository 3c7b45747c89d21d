"""One page as data: what a reader learns of a network, in no language and no notation.

Several writers print it. Sentences are keys of a catalogue, formulas are trees, numbers come from
a run. ``anchor`` is what other parts call a part by; it is unique in a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.backends.formula import Formula
from symrnn.backends.repeats import Repeat
from symrnn.diagrams.picture import Picture
from symrnn.documents.certified import Certified
from symrnn.documents.layer import Layer
from symrnn.documents.measures import Accuracy, CodeSize, CostRow, SizeInput
from symrnn.documents.rows import EquationRow
from symrnn.documents.travels import Column, GradientFlow, TurnShown, Way
from symrnn.program import Glyph
from symrnn.documents.worked import Example, LessonShown, Values


@dataclass(frozen=True)
class Purpose:
    """What a network is for, and what it has of everything."""

    summary: str
    inputs: tuple[Formula, ...]
    states: tuple[Formula, ...]
    outputs: tuple[Formula, ...]
    backward_in_time: tuple[str, ...]  # a word where some state runs from the end to the start


@dataclass(frozen=True)
class Head:
    """Name, variant and citation."""

    name: str
    title: str
    python: str
    purpose: Purpose
    notes: tuple[str, ...]
    glyphs: Mapping[str, Glyph]  # of symbols in the formulas of notes
    citation: str
    bibtex: str
    year: str
    equations: str  # the name that their digest gives them
    built_in: bool  # its author's words are in every language


@dataclass(frozen=True)
class SymbolRow:
    """One symbol: what it is for, by keys of the catalogue, and what it means.

    ``names`` are those of the symbol, of the same at another step, and of its cotangents.
    """

    anchor: str
    names: tuple[str, ...]
    symbol: Formula
    code: str
    shape: tuple[Formula, ...]
    roles: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class SizeRow:
    """A size, and its value where it follows from others."""

    letter: Formula
    meaning: str
    value: tuple[Formula, ...]


@dataclass(frozen=True)
class SymbolTable:
    """What equations read first, what they bind, and the sizes of all."""

    given: tuple[SymbolRow, ...]
    parameters: tuple[SymbolRow, ...]
    bound: tuple[SymbolRow, ...]
    sizes: tuple[SizeRow, ...]
    parameter_count: Formula

    @property
    def rows(self) -> Mapping[str, str]:
        """By every name that leads to a row the name that the row has in the code."""
        return {name: one.code for one in (*self.given, *self.parameters, *self.bound)
                for name in one.names}


@dataclass(frozen=True)
class Copies:
    """The copies in a network; all is empty where there are none.

    ``rows`` are the anchors of their equations, ``names`` the symbols that no other equation has,
    ``arrays`` where a script has these. ``picture`` shows one step of
    what is repeated, ``jacobian`` how its states depend on those before,
    ``ways`` where they add up, ``turns`` where they turn into one another.
    """

    repeats: tuple[Repeat, ...] = ()
    rows: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    arrays: frozenset[tuple[str, str]] = frozenset()
    picture: tuple[Picture, ...] = ()
    jacobian: tuple[Column, ...] = ()
    ways: tuple[Way, ...] = ()
    turns: tuple[TurnShown, ...] = ()


@dataclass(frozen=True)
class Edge:
    """What a remembered symbol is where there is no step before it, and what is left at the end."""

    name: str  # of the symbol in the code
    symbol: Formula
    at: Formula  # where nothing is remembered yet: t = 1 or t = T
    given: Formula
    start: Formula
    final: Formula


@dataclass(frozen=True)
class Step:
    """One term of a cotangent: its rule, the equation it comes from, what it says there.

    ``saved`` are the forward values that it reads, ``value`` is what it adds at every step, and
    ``total`` what that adds up to where the term is a sum over time.
    """

    rule: str
    source: tuple[EquationRow, ...]  # none for what is given and what the next step sends
    local: tuple[Formula, ...]
    contribution: Formula
    saved: tuple[Formula, ...]
    value: Values
    total: tuple[Values, ...]


@dataclass(frozen=True)
class Derived:
    """An equation of the backward pass and how each of its terms came to be."""

    equation: EquationRow
    steps: tuple[Step, ...]

    @property
    def apart(self) -> bool:
        """True where a step gives a part of the equation; one step alone gives all of it."""
        return len(self.steps) > 1


@dataclass(frozen=True)
class Backward:
    """The backward pass: from the loss to what flows on, then every gradient."""

    given: tuple[Formula, ...]
    inner: tuple[Derived, ...]
    gradients: tuple[Derived, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class CodeLine:
    """A line, and the equations that it computes; ``begins`` are those whose lines begin here."""

    text: str
    equations: tuple[EquationRow, ...]
    begins: tuple[EquationRow, ...]


@dataclass(frozen=True)
class Code:
    """One function: its language, what it does by a key of the catalogue, and its file."""

    anchor: str
    language: str
    function: str
    filename: str
    lines: tuple[CodeLine, ...]


@dataclass(frozen=True)
class Neighbour:
    """Another variant of the same cell: equations that this page has and it lacks, and others."""

    name: str
    title: str
    only_here: tuple[EquationRow, ...]
    only_there: tuple[EquationRow, ...]


@dataclass(frozen=True)
class Equal:
    """Another cell that is proved to be the same function."""

    name: str
    title: str
    verdict: str
    parameters: tuple[tuple[str, str], ...]  # its names, and what they are here


@dataclass(frozen=True)
class Page:
    """All that a page tells of one network."""

    head: Head
    symbols: SymbolTable
    forward: tuple[EquationRow, ...]
    counts: bool  # true where one of these reads an index as a number
    copies: Copies
    edges: tuple[Edge, ...]
    backward: Backward
    pictures: tuple[Picture, ...]  # one step, then the network over a few
    flow: GradientFlow
    costs: tuple[CostRow, ...]
    sizes: tuple[SizeInput, ...]
    code_size: tuple[CodeSize, ...]  # none where there is no compiler
    code: tuple[Code, ...]
    example: Example
    lessons: tuple[LessonShown, ...]
    accuracy: tuple[Accuracy, ...]  # none where no random case has finite values
    certified: tuple[Certified, ...]  # none where no certificate is given
    layers: tuple[Layer, ...]  # of other libraries
    neighbours: tuple[Neighbour, ...]
    equals: tuple[Equal, ...]
    whole: bool = False  # true where the site has the reference, to which the page may lead
