"""Pages as PDF, by way of Typst: ready strings for templates, from data and texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symrnn.backends import typst
from symrnn.backends.document import Shown
from symrnn.backends.formula import Formula
from symrnn.backends.notes import spelled
from symrnn.diagrams.picture import Picture
from symrnn.diagrams.svg import svg
from symrnn.documents import numbers, texts
from symrnn.documents.highlight import Highlighted, blocks
from symrnn.documents.html import used
from symrnn.documents.once import once
from symrnn.documents.measures import Accuracy
from symrnn.documents.entries import Entry
from symrnn.documents.page import Derived, Page, Step
from symrnn.documents.paper import PaperWords, Texts, span
from symrnn.documents.plot import Plot, curve
from symrnn.documents.reference.commands import CommandLine
from symrnn.documents.typst_compiler import compiled, fonts
from symrnn.jacobians.curves import Chart
from symrnn.rendering import Markup, page

LISTINGS = ("numpy-forward", "numpy-backward", "portable-step", "portable-forward",
            "portable-backward")  # on paper; files hold them all
POINTS = 0.75  # of a pixel


def escape(text: str) -> str:
    """Text as Typst that is nothing but this text, whatever stands behind it."""
    return f"#{typst.string(text)};"


@dataclass(frozen=True)
class Drawing:
    """A picture as a string of Typst, and how wide it is in points."""

    source: Markup
    width: Markup


@dataclass(frozen=True)
class PdfView:
    """What the templates of a page see; ``math`` and ``block`` print formulas."""

    data: Page
    words: PaperWords
    listings: tuple[Highlighted, ...]
    curves: tuple[tuple[Accuracy, Plot], ...]
    pictures: tuple[Drawing, ...]
    numbers: Any = numbers

    @staticmethod
    def math(formula: Formula) -> Markup:
        """A formula inside a sentence."""
        return Markup(f"${typst.TYPST(formula)}$")

    @staticmethod
    def block(shown: Shown) -> Markup:
        """An equation in a line of its own, without its number."""
        return Markup(typst.block(replace(shown, number=None)))

    @staticmethod
    def string(text: str) -> Markup:
        """A string of Typst."""
        return Markup(typst.string(text))

    @staticmethod
    def number(value: float) -> Markup:
        """A number of Typst's code."""
        return Markup(value)

    def note(self, english: str) -> Markup:
        """A note of the author with its formulas."""
        return Markup().join(spelled(
            self.words.plain(english), self.data.head.glyphs, lambda one: Markup(escape(one)),
            lambda one: Markup(f"#raw({typst.string(one)});"), self.math))

    def listed(self, formulas: Iterable[Formula]) -> Markup:
        """Formulas in a sentence, with commas between them."""
        return self.words.listed(map(self.math, formulas))

    @staticmethod
    def only_step(one: Derived) -> tuple[Step, ...]:
        """The step of an equation that has one, which is told beside it."""
        return one.steps if len(one.steps) == 1 else ()

    @staticmethod
    def several_steps(one: Derived) -> tuple[Step, ...]:
        """The steps of an equation that has more, which stand below it."""
        return one.steps if len(one.steps) > 1 else ()

    @staticmethod
    def span(first: str, last: str) -> str:
        """Equations from one number to another."""
        return span(first, last)

    @property
    def copied(self) -> list[str]:
        """Anchors of equations that are told elsewhere, for the links to them."""
        return sorted(self.data.copies.rows)

    @property
    def text(self) -> Texts:
        """What a page says everywhere."""
        return self.words.section("page")

    @property
    def paper(self) -> Texts:
        """What it says on paper alone."""
        return self.words.section("paper")

    @property
    def language(self) -> Markup:
        """Language and region, for hyphens and the forms of letters."""
        language, _, region = self.words.code.partition("-")
        return Markup("lang: {}, region: {}").format(
            self.string(language), self.string(region) if region else "none")

    @property
    def fonts(self) -> Markup:
        """An array of families."""
        return Markup("({},)").format(Markup(", ").join(map(self.string, fonts(self.words.code))))

    @property
    def sizes(self) -> tuple[Markup, ...]:
        """The sizes of the example: ``n = 2``."""
        return self._each_size(self.data.example.sizes)

    def sizes_of(self, sizes: Iterable[tuple[Formula, int]]) -> Markup:
        """Sizes with their letters, in a sentence."""
        return self.words.listed(self._each_size(sizes))

    def _each_size(self, sizes: Iterable[tuple[Formula, int]]) -> tuple[Markup, ...]:
        return tuple(self.math(letter) + Markup(f" = {size}") for letter, size in sizes)

    def chart(self, chart: Chart) -> Markup:
        """The measured curves as a string of Typst that holds a picture."""
        return self.string(page("typst/flow.svg.j2", chart).replace("\n", " "))

    @property
    def related(self) -> bool:
        """Whether there is anything to see besides."""
        return bool(self.data.equals or self.data.neighbours)

    @property
    def bibtex(self) -> list[str]:
        """The reference, line by line."""
        return self.data.head.bibtex.splitlines()


class Typst:
    """Writes pages as PDF in some languages.

    Raises MissingText where a catalogue lacks a text, Misused where the compiler or a font with
    the letters of a language is missing.
    """

    def __init__(self, codes: Sequence[str]) -> None:
        self.words = tuple(PaperWords(texts.catalogue(code), escape) for code in codes)
        for code in codes:
            fonts(code)
        texts.held(used())

    def page(self, data: Page) -> dict[str, bytes]:
        """The files of one network, one for each language."""
        return {f"{words.code}/{data.head.name}.pdf": compiled(self.source(data, words))
                for words in self.words}

    def source(self, data: Page, words: PaperWords) -> str:
        """The same before it is compiled."""
        data = once(data)
        listings = tuple(Highlighted(one, blocks(one)) for one in data.code
                         if one.anchor in LISTINGS)
        curves = tuple((one, curve(one.differences, one.best)) for one in data.accuracy)
        view = PdfView(data, words, listings, curves, tuple(map(_drawing, data.pictures)))
        return page("typst/page.typ.j2", view, escape)

    def index(self, entries: tuple[Entry, ...],
              commands: CommandLine | None = None) -> dict[str, bytes]:
        """None: a folder of files lists itself."""
        return {}

    def assets(self) -> dict[str, bytes]:
        """None: a PDF holds all that it needs."""
        return {}


def _drawing(picture: Picture) -> Drawing:
    """The text of SVG on one line, for a string has no others."""
    return Drawing(PdfView.string(svg(picture, "print").replace("\n", " ")),
                   Markup(f"{picture.width * POINTS:.1f}pt"))
