"""Pages as HTML: ready strings for templates, from data, texts of a language and MathML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from symrnn.backends.formula import Formula
from symrnn.diagrams.svg import drawing
from symrnn.documents import numbers, texts
from symrnn.documents.assets import FOLDER, assets
from symrnn.documents.code import SHOWN
from symrnn.documents.cost_table import KINDS
from symrnn.documents.guide_html import guide_pages
from symrnn.documents.highlight import Block, Piece, blocks
from symrnn.documents.notation import Language, Notation, Words
from symrnn.documents.page import Accuracy, Code, Entry, Page
from symrnn.documents.plot import Plot, curve
from symrnn.program import Role, Rule
from symrnn.rendering import Markup, names_read, page

ELEMENTS = {"": Markup("{}"), "comment": Markup("<i>{}</i>"), "keyword": Markup("<b>{}</b>"),
            "string": Markup("<u>{}</u>")}  # short names: pages have tens of thousands of them
TEMPLATES = {"page": ("page.html.j2", "parts.html.j2", "block.html.j2"),
             "index": ("index.html.j2",), "guide": ("guide.html.j2",)}


@dataclass(frozen=True)
class Highlighted:
    """A function in coloured blocks, each with what it computes."""

    code: Code
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class PageView:
    """What the template of a page sees; ``math`` prints a formula."""

    data: Page
    words: Words
    math: Notation
    languages: tuple[Language, ...]
    listings: tuple[Highlighted, ...]
    curves: tuple[tuple[Accuracy, Plot], ...]
    pictures: tuple[Markup, ...]
    numbers: Any = numbers

    def inline(self, formula: Formula) -> Markup:
        """A long formula inside a sentence, which can be moved where it is too wide."""
        shown = self.math(formula)
        return Markup('<span class="inline" tabindex="0">{}</span>').format(shown)

    @staticmethod
    def coloured(pieces: Iterable[Piece]) -> Markup:
        """Code; quotes are safe between elements."""
        return Markup("").join(ELEMENTS[one.kind].format(Markup(escape(one.text, quote=False)))
                               for one in pieces)

    def listed(self, formulas: Iterable[Formula]) -> Markup:
        """Formulas in a sentence, with commas between them."""
        return self.words.listed(map(self.math, formulas))

    @property
    def sizes(self) -> tuple[Markup, ...]:
        """The sizes of the example: ``n = 2``."""
        return tuple(Markup("{} = {}").format(self.math(letter), size)
                     for letter, size in self.data.example.sizes)

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


class Html:
    """Writes pages in some languages. Raises MissingText where a catalogue lacks a text."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.words = tuple(Words(texts.catalogue(code)) for code in codes)
        self.languages = tuple(Language(one.code, one.language) for one in self.words)
        texts.held(used())

    def page(self, data: Page) -> dict[str, str]:
        """The files of one network, one for each language."""
        math = Notation()
        listings = tuple(Highlighted(one, blocks(one)) for one in data.code)
        pictures = tuple(Markup(drawing(one)) for one in data.pictures)
        curves = tuple((one, curve(one.differences, one.best)) for one in data.accuracy)
        return {f"{words.code}/{data.head.name}.html": page(
            f"{FOLDER}/page.html.j2",
            PageView(data, words, math, self._others(words), listings, curves, pictures))
            for words in self.words}

    def index(self, entries: tuple[Entry, ...]) -> dict[str, str]:
        """The list of all, in every language, and what leads to it."""
        math = Notation()
        states = tuple(sorted({one.states for one in entries}))
        guide = bool(self.guide({one.name for one in entries}))
        found = {f"{words.code}/index.html": page(
            f"{FOLDER}/index.html.j2", IndexView(
                entries, words, math, self._others(words), states, guide))
            for words in self.words}
        return {**found, "index.html": page(f"{FOLDER}/languages.html.j2", self.words)}

    def guide(self, pages: Collection[str]) -> dict[str, str]:
        """The guide in every language; none where it would lead to pages that there are not."""
        known, found = self._guide
        return found if known <= set(pages) else {}

    @cached_property
    def _guide(self) -> tuple[frozenset[str], dict[str, str]]:
        return guide_pages(self.words, self.languages)

    def assets(self) -> dict[str, str]:
        """What all pages share."""
        return assets()

    def _others(self, words: Words) -> tuple[Language, ...]:
        return tuple(one for one in self.languages if one.code != words.code)


def used() -> dict[str, frozenset[str]]:
    """The texts that pages need, by section: what templates name, and what data may call for."""
    shown = (Role.INPUT, Role.MASK, Role.STEP_MASK, Role.START, Role.PARAMETER, Role.SELECTOR,
             Role.STATE, Role.INTERMEDIATE, Role.OUTPUT)
    named = {section: frozenset().union(*(names_read(f"{FOLDER}/{one}", "text") for one in files))
             for section, files in TEMPLATES.items()}
    functions = frozenset(f"{language}-{one}" for language, names in SHOWN.items()
                          for one in names)
    return {**named, "roles": frozenset(one.name.lower() for one in shown),
            "rules": frozenset(one.name.lower() for one in Rule),
            "functions": functions, "functions_short": functions,
            "costs": frozenset((*KINDS, "saved")), "verdicts": frozenset(("same", "merged"))}
