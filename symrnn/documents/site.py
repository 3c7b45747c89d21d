"""All pages of a site, and the list of all, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sympy import Expr

from symrnn.authoring import Architecture
from symrnn.authoring.registry import variants
from symrnn.backends.document import DocumentPrinter, counts
from symrnn.backends.notes import glyphs_of
from symrnn.costs import operations
from symrnn.diagrams.diagram import one_step
from symrnn.diagrams.unrolled import unrolled
from symrnn.documents.accuracy import accuracy
from symrnn.documents.bibliography import year
from symrnn.documents.certified import certified
from symrnn.documents.code import code
from symrnn.documents.code_size import code_size
from symrnn.documents.copies import copies
from symrnn.documents.backward import backward
from symrnn.documents.cost_table import cost_table, size_inputs
from symrnn.documents.entries import Amount, Entry
from symrnn.documents.equations import Equations
from symrnn.documents.example import example, worked_example
from symrnn.documents.flow import gradient_flow
from symrnn.documents.frameworks import layers
from symrnn.documents.gates import gates
from symrnn.documents.lessons import lessons
from symrnn.documents.neighbours import equal_cells, neighbour
from symrnn.documents.page import Equal, Head, Neighbour, Page, Purpose
from symrnn.documents.symbols import edges, parameter_count, symbol_table
from symrnn.pipeline import derive
from symrnn.presentation.costs import ordered
from symrnn.program import FED, Program, short_digest
from symrnn.recurrences import kind_of, parts as recurrences

STEPS = 3  # of the network unrolled in time
ALIKE = 32  # units of every size where networks are compared


@dataclass(frozen=True)
class Site:
    """The networks of a site, by name; pages are made one by one."""

    networks: Mapping[str, Architecture]
    programs: Mapping[str, Program]
    equals: Mapping[str, tuple[Equal, ...]]
    whole: bool = False  # true where the site has the reference too
    certificates: Path | None = None  # a folder of them

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The list of all."""
        return tuple(_entry(one, self.programs[name]) for name, one in self.networks.items())

    def pages(self) -> Iterator[Page]:
        """Every page, in the order of the list."""
        for name in self.networks:
            yield self.page(name)

    def page(self, name: str) -> Page:
        """The page of one network. Raises ProgramError for what is not well formed."""
        one, program = self.networks[name], self.programs[name]
        plan = derive(program)
        forward, gradient = Equations(program), Equations(plan.gradient)
        worked = worked_example(plan, name)
        return Page(
            _head(one, program), symbol_table(program, plan.gradient), forward.rows,
            counts(program),
            copies(forward, gradient, worked),
            edges(program), backward(forward, gradient, worked),
            (one_step(program), unrolled(program, STEPS)), gradient_flow(worked),
            cost_table(plan), size_inputs(plan), code_size(plan, name),
            code(plan, name, forward, gradient),
            example(worked, forward, gradient), tuple(lessons(one)), accuracy(plan),
            () if self.certificates is None else (certified(self.certificates, name, program),),
            layers(one), self._neighbours(name), self.equals[name], self.whole)

    def _neighbours(self, name: str) -> tuple[Neighbour, ...]:
        """The other variants of the same builder that pages here speak of."""
        return tuple(neighbour(other, self.programs[other], self.programs[name])
                     for other in variants(name) if other != name and other in self.programs)


def site(networks: Sequence[Architecture], whole: bool = False,
         beside: Sequence[Architecture] = (), certificates: Path | None = None) -> Site:
    """The site of some networks. Raises ProgramError for what is no program.

    ``whole`` tells that its index leads to a reference too; ``beside`` are networks that pages
    speak of though they have none here. ``certificates`` is a folder with one for every network.
    """
    programs = {one.name: one.build() for one in (*beside, *networks)}
    return Site({one.name: one for one in networks}, programs, equal_cells(programs), whole,
                certificates)


def _head(one: Architecture, program: Program) -> Head:
    shown = DocumentPrinter(program).glyph
    purpose = Purpose(
        one.summary, tuple(shown(each.name) for each in program.with_role(*FED)),
        tuple(map(shown, program.states)), tuple(map(shown, program.outputs)),
        tuple("reverse" for each in program.delays if each.step < 0)[:1])
    return Head(one.name, program.title, one.python, purpose, program.notes, glyphs_of(program),
                program.source, program.bibtex.strip(), year(program.bibtex), short_digest(program),
                one.built_in)


def _entry(one: Architecture, program: Program) -> Entry:
    printer = DocumentPrinter(program)

    def amount(formula: Expr) -> Amount:
        alike = dict.fromkeys(formula.free_symbols, ALIKE)
        return Amount(printer(formula), int(formula.subs(alike)))

    products, kind = operations(program).each_step().products, kind_of(recurrences(program))
    return Entry(one.name, program.title, year(program.bibtex), one.summary,
                 len(program.delays), tuple(map(printer.symbol, gates(program))),
                 len(Equations(program).rows), amount(parameter_count(program)),
                 amount(ordered(products)), kind.value if kind else "", one.tags)
