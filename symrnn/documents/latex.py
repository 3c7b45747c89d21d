"""Pages as LaTeX for authors: a document a language with its pictures, and a file of references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symrnn.backends.document import Shown
from symrnn.backends.formula import Formula
from symrnn.backends.latex_math import (LATEX, aligned, escape_latex, escape_latex_chinese,
                                        note_latex)
from symrnn.diagrams.tikz import tikz
from symrnn.documents import numbers, texts
from symrnn.documents.bibliography import keys
from symrnn.documents.html import used
from symrnn.documents.once import once
from symrnn.documents.entries import Entry
from symrnn.documents.page import Page
from symrnn.documents.reference.commands import CommandLine
from symrnn.documents.rows import EquationRow
from symrnn.documents.paper import PaperWords, Texts, span
from symrnn.jacobians.curves import Chart
from symrnn.rendering import Markup, page


@dataclass(frozen=True)
class Letters:
    """What a language needs of LaTeX: packages, what stands around all text, how text is safe."""

    escape: Callable[[str], str]
    packages: tuple[str, ...] = ()
    opening: str = ""
    closing: str = ""


# What numbers of a page have besides digits and points.
DIGITS = str.maketrans({"−": "-", " ": "~", "\u2007": "~", "\u00a0": "~", "\u202f": r"\,",
                        "×": r"\ensuremath{\times}",
                        **{one: rf"\textsuperscript{{{plain}}}"
                           for one, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}})
LATIN = Letters(escape_latex)
LETTERS: Mapping[str, Letters] = {"zh-TW": Letters(
    escape_latex_chinese, ("CJKutf8",), r"\begin{CJK*}{UTF8}{bsmi}", r"\end{CJK*}")}


@dataclass(frozen=True)
class LatexView:
    """What the templates of a page see; ``math`` and ``block`` print formulas."""

    data: Page
    words: PaperWords
    letters: Letters
    pictures: tuple[Markup, ...]
    keys: tuple[str, ...]
    numbers: Any = numbers

    @staticmethod
    def math(formula: Formula) -> Markup:
        """A formula inside a sentence."""
        return Markup(f"${LATEX(formula)}$")

    @staticmethod
    def block(row: EquationRow) -> Markup:
        """The aligned rows of an equation with its number."""
        return Markup(" \\\\\n".join(aligned(row.formula)) + rf" \tag{{{row.label}}}")

    @staticmethod
    def displayed(shown: Shown) -> Markup:
        """An equation on a line of its own, without a number."""
        return Markup(rf"$\displaystyle {LATEX(shown.left)} = {LATEX.terms(shown.right)}$")

    def sizes_of(self, sizes: Iterable[tuple[Formula, int]]) -> Markup:
        """Sizes with their letters, in a sentence."""
        return self.words.listed(self.math(letter) + Markup(f" = {size}")
                                 for letter, size in sizes)

    def chart(self, chart: Chart) -> Markup:
        """The measured curves as TikZ."""
        return Markup(page("tikz/flow.tex.j2", chart, self.letters.escape))

    @staticmethod
    def digits(row: str) -> Markup:
        """Numbers in a row of a matrix, as they stand below one another."""
        return Markup(row.translate(DIGITS))

    def note(self, english: str) -> Markup:
        """A note of the author with its formulas."""
        return Markup(note_latex(self.words.plain(english), self.data.head.glyphs,
                                 self.letters.escape))

    def listed(self, formulas: Iterable[Formula]) -> Markup:
        """Formulas in a sentence, with commas between them."""
        return self.words.listed(map(self.math, formulas))

    @staticmethod
    def span(first: str, last: str) -> str:
        """Equations from one number to another."""
        return span(first, last)

    @property
    def text(self) -> Texts:
        """What a page says everywhere."""
        return self.words.section("page")

    @property
    def paper(self) -> Texts:
        """What it says on paper alone."""
        return self.words.section("paper")

    @property
    def file(self) -> Markup:
        """The name of the file of references, which LaTeX reads as it stands."""
        return Markup(self.data.head.name)

    @property
    def packages(self) -> tuple[str, ...]:
        """What the letters of the language need."""
        return self.letters.packages

    @property
    def opening(self) -> Markup:
        """What stands in front of the text."""
        return Markup(self.letters.opening)

    @property
    def closing(self) -> Markup:
        """What stands behind it."""
        return Markup(self.letters.closing)

    @property
    def related(self) -> bool:
        """Whether there is anything to see besides."""
        return bool(self.data.equals or self.data.neighbours)

    @property
    def inner(self) -> list[EquationRow]:
        """The equations of the backward pass."""
        return [one.equation for one in self.data.backward.inner]

    @property
    def gradients(self) -> list[EquationRow]:
        """Its last ones."""
        return [one.equation for one in self.data.backward.gradients]


class Latex:
    """Writes pages as LaTeX in some languages. Raises MissingText where a catalogue lacks one."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = tuple(codes)
        self.words = tuple(PaperWords(texts.catalogue(code), self._letters(code).escape)
                           for code in codes)
        texts.held(used())

    @staticmethod
    def _letters(code: str) -> Letters:
        return LETTERS.get(code, LATIN)

    def page(self, data: Page) -> dict[str, str]:
        """A document in every language, and its references beside it."""
        data = once(data)
        pictures = tuple(Markup(tikz(one)) for one in data.pictures)
        found, name = {}, data.head.name
        for words in self.words:
            letters = self._letters(words.code)
            view = LatexView(data, words, letters, pictures, keys(data.head.bibtex))
            found[f"{words.code}/{name}.tex"] = page("latex/page.tex.j2", view, letters.escape)
            if data.head.bibtex:
                found[f"{words.code}/{name}.bib"] = page(
                    "latex/references.bib.j2", Markup(data.head.bibtex), letters.escape)
        return found

    def index(self, entries: tuple[Entry, ...],
              commands: CommandLine | None = None) -> dict[str, str]:
        """None: an author takes one document."""
        return {}

    def assets(self) -> dict[str, str]:
        """None: every document is whole."""
        return {}
