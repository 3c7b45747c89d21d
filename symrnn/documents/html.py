"""Pages as HTML: ready strings for templates, from data, texts of a language and MathML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symrnn.backends.formula import Formula
from symrnn.backends.notes import spelled
from symrnn.checking.certificate import said
from symrnn.diagrams.svg import drawing
from symrnn.documents import numbers, texts
from symrnn.documents.assets import FOLDER, assets
from symrnn.documents.code import SHOWN
from symrnn.documents.cost_table import KINDS, WHOLE
from symrnn.documents.guide_html import NAME as GUIDE, guide_pages
from symrnn.documents.measures import Accuracy
from symrnn.documents.notation import Language, Notation, Unnamed, Words
from symrnn.documents.entries import Entry
from symrnn.documents.page import Derived, Page
from symrnn.documents.reference.commands import CommandLine
from symrnn.documents.reference.pages import ADDRESSES, Found, Reference, texts_called
from symrnn.documents.worked import Matrix, Script, Values
from symrnn.documents.paper import span, texts_read
from symrnn.documents.rows import EquationRow
from symrnn.documents.folding import Run, runs
from symrnn.documents.plot import Plot, curve
from symrnn.documents.shared import FOLDER as SHARED, shared
from symrnn.documents.unquoted import unquoted
from symrnn.documents.vectors import numbers_of
from symrnn.jacobians.steps import Why
from symrnn.program import ProgramError, Role, Rule, quoted
from symrnn.rendering import Markup, names_read, page
from symrnn.recurrences import Kind
from symrnn.tags import TAGS

INDEX = "index.html"
TAKEN = frozenset((INDEX, GUIDE, *ADDRESSES.values()))  # beside the pages of networks
KERNELS = "kernels"  # what pages of all languages compute with
TEMPLATES = {"page": ("page.html.j2", "parts.html.j2", "block.html.j2"),
             "index": ("index.html.j2",), "guide": ("guide.html.j2",), "flow": ("flow.html.j2",),
             "certified": ("certified.html.j2",)}
PAPER = (*(f"typst/{one}.typ.j2" for one in ("pictures", "symbols", "backward", "code")),
         "latex/page/backward.tex.j2")  # what says more than a page in a browser does
COPIES = ("typst/copies.typ.j2", "typst/example.typ.j2", "typst/code.typ.j2")
HANDLED = ("docs/page.html.j2", "docs/parts.html.j2")
LAYERS = ("readout", "one", "below", "beside", "rows")  # texts that data may call for


@dataclass(frozen=True)
class PageView:
    """What the template of a page sees; ``math`` prints a formula."""

    data: Page
    words: Words
    math: Notation
    languages: tuple[Language, ...]
    curves: tuple[tuple[Accuracy, Plot], ...]
    pictures: tuple[Markup, ...]
    numbers: Any = numbers

    def inline(self, formula: Formula) -> Markup:
        """A long formula inside a sentence, which can be moved where it is too wide."""
        shown = self.math(formula)
        return Markup('<span class="inline" tabindex="0">{}</span>').format(shown)

    def note(self, english: str) -> Markup:
        """A text of the author with its formulas; it is marked where nobody put it otherwise."""
        found = self.words.put(english)
        shown = Markup().join(spelled(
            found or english, self.data.head.glyphs, Markup.escape,
            lambda one: Markup("<code>{}</code>").format(one), self.math))
        return shown if found else Markup('<span lang="en">{}</span>').format(shown)

    @staticmethod
    def span(first: str, last: str) -> str:
        """Equations from one number to another."""
        return span(first, last)

    @staticmethod
    def named(name: str) -> Markup:
        """A public name of Python, with what the reference tells of it."""
        return Markup('<a href="{}#symrnn.{}"><code>symrnn.{}</code></a>').format(
            ADDRESSES["python_names"], name, name)

    @property
    def built(self) -> Markup:
        """The Python that builds the network."""
        return Markup('<a href="{}#symrnn.cell"><code lang="en">{}</code></a>').format(
            ADDRESSES["python_names"], self.data.head.python)

    def listed(self, formulas: Iterable[Formula]) -> Markup:
        """Formulas in a sentence, with commas between them."""
        return self.words.listed(map(self.math, formulas))

    def runs(self, rows: Sequence[EquationRow]) -> Iterator[Run]:
        """The equations of the forward pass, those of equal parts apart."""
        return runs(rows, rows, self.data.copies.rows)

    def derived_runs(self, derived: Sequence[Derived]) -> Iterator[Run]:
        """The same of the backward pass."""
        return runs([one.equation for one in derived], derived, self.data.copies.rows)

    @property
    def sizes(self) -> tuple[Markup, ...]:
        """The sizes of the example: ``n = 2``."""
        return self.each_size(self.data.example.sizes)

    def each_size(self, sizes: Iterable[tuple[Formula, int]]) -> tuple[Markup, ...]:
        """Sizes with their letters."""
        return tuple(Markup("{} = {}").format(self.math(letter), size) for letter, size in sizes)

    def sizes_of(self, sizes: Iterable[tuple[Formula, int]]) -> Markup:
        """The same in a sentence."""
        return self.words.listed(self.each_size(sizes))

    @property
    def scripts(self) -> tuple[str, ...]:
        """The files of scripts that the page runs, each once: what is used, then what uses it."""
        data = self.data
        names = [f"{one.path}.js" for one in
                 (data.example.script, *(each.script for each in data.lessons))]
        names += [f"{one.path}.js" for each in data.flow.curves for one in each.further]
        used = ("code.js", "script.js", "live.js", *("flow.js" for _ in data.flow.curves))
        return (self.shared, *(f"{KERNELS}/{one}" for one in dict.fromkeys(names)), *used)

    @property
    def shared(self) -> str:
        """The file of what pages share in all languages."""
        return f"{SHARED}/{self.data.head.name}.js"

    def vector(self, script: Script) -> Markup:
        """A link to the same numbers in all digits."""
        return Markup('<a href="../{}/{}.json"><code>{}.json</code></a>').format(
            KERNELS, script.path, script.name)

    def now(self, values: Values) -> Matrix:
        """What a symbol is at the step that the page shows first; a constant has one value."""
        return values.at_steps[min(self.data.example.now, len(values.at_steps)) - 1]

    @cached_property
    def places(self) -> Mapping[str, list[str]]:
        """By the label of an equation the anchors of the functions that compute it."""
        found = defaultdict[str, list[str]](list)
        for one in self.data.code:
            for line in one.lines:
                for row in line.begins:
                    found[row.label].append(one.anchor)
        return found


@dataclass(frozen=True)
class IndexView:
    """What the template of the list sees."""

    entries: tuple[Entry, ...]
    words: Words
    math: Notation
    languages: tuple[Language, ...]
    most_states: tuple[int, ...]
    guide: bool  # true where there is one
    beside: tuple[tuple[str, str], ...] = ()  # pages of the reference: keys of titles, addresses
    found: tuple[Found, ...] = ()  # what they tell, for the search


class Html:
    """Writes pages in some languages. Raises MissingText where a catalogue lacks a text."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.words = tuple(Words(texts.catalogue(code)) for code in codes)
        self.languages = tuple(Language(one.code, one.language) for one in self.words)
        texts.held(used())

    def page(self, data: Page) -> dict[str, str]:
        """The files of one network: a page for each language, and what it computes with.

        Raises ProgramError where the site has another page of the network's name.
        """
        address = _address(data.head.name)
        rows = data.symbols.rows
        spelling = Unnamed(rows)
        math = Notation(spelling)
        curves = tuple((one, curve(one.differences, one.best)) for one in data.accuracy)
        scripts = (data.example.script, *(one.script for one in data.lessons))
        further = (one for each in data.flow.curves for one in each.further)
        pages = {f"{words.code}/{address}": unquoted(page(
            f"{FOLDER}/page.html.j2",
            PageView(data, words, math, self._others(words), curves, tuple(
                Markup(drawing(words.titled(one), rows)) for one in data.pictures))))
            for words in self.words}
        return {**shared(data, spelling.looks), **pages,
                **{f"{KERNELS}/{one.path}.js": one.text for one in scripts},
                **{f"{KERNELS}/{one.path}.js": one.text for one in further},
                **{f"{KERNELS}/{one.path}.json": numbers_of(one.vector) for one in scripts}}

    def index(self, entries: tuple[Entry, ...],
              commands: CommandLine | None = None) -> dict[str, str]:
        """The list of all, in every language, what leads to it, the guide and the reference."""
        math = Notation()
        states = tuple(sorted({one.states for one in entries}))
        guide = self.guide({one.name for one in entries})
        reference = Reference(commands) if commands else None
        found = {f"{words.code}/{INDEX}": page(
            f"{FOLDER}/index.html.j2", IndexView(
                entries, words, math, self._others(words), states, bool(guide),
                *((tuple(ADDRESSES.items()), reference.found) if reference else ())))
            for words in self.words}
        told = reference.pages(self.words, self.languages) if reference else {}
        return {**found, **guide, **told,
                INDEX: page(f"{FOLDER}/languages.html.j2", self.words)}

    def guide(self, pages: Collection[str]) -> dict[str, str]:
        """The guide in every language; none where it would lead to pages that there are not."""
        known, found = guide_pages(self.words, self.languages)
        return found if known <= set(pages) else {}

    def assets(self) -> dict[str, str]:
        """What all pages share."""
        return assets()

    def _others(self, words: Words) -> tuple[Language, ...]:
        return tuple(one for one in self.languages if one.code != words.code)


def _address(name: str) -> str:
    """The file of a network's page; some systems take large and small letters for the same."""
    address = f"{name}.html"
    if (taken := address.casefold()) in TAKEN:
        raise ProgramError(f"the page of cell {quoted(name)} would be written over {taken}, "
                           f"which every site has; rename the cell")
    return address


def used() -> dict[str, frozenset[str]]:
    """The texts that pages need, by section: what templates name, and what data may call for."""
    shown = (Role.INPUT, Role.MASK, Role.STEP_MASK, Role.START, Role.PARAMETER, Role.SELECTOR,
             Role.STATE, Role.INTERMEDIATE, Role.OUTPUT)
    named = {section: frozenset().union(*(names_read(f"{FOLDER}/{one}", "text") for one in files))
             for section, files in TEMPLATES.items()}
    functions = frozenset(f"{language}-{one}" for language, names in SHOWN.items()
                          for one in names)
    named["handling"] = texts_read(HANDLED, "hand")
    named["layers"] = names_read(f"{FOLDER}/layers.html.j2", "own").union(LAYERS)
    named["reference"] = texts_called() | frozenset().union(
        *(names_read(f"{FOLDER}/{one}.html.j2", "reference") for one in ("page", "index")))
    named["copies"] = texts_read(COPIES, "own") | texts_read(["docs/copies.html.j2"], "text")
    return {**named, "paper": texts_read(PAPER),
            "tags": frozenset(TAGS), "roles": frozenset(one.name.lower() for one in shown),
            "rules": frozenset(one.name.lower() for one in Rule),
            "functions": functions, "functions_short": functions,
            "comparisons": said(),
            **dict.fromkeys(("linear", "recurrence"), frozenset(one.value for one in Kind)),
            "unmeasured": frozenset(one.name.lower() for one in Why),
            "costs": frozenset((*KINDS, *WHOLE)), "verdicts": frozenset(("same", "merged"))}
