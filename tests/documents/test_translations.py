"""Pages in Chinese have no English prose, and a text that nobody translated fails the build."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import symrnn
from symrnn import workflow
from symrnn.authoring import Architecture
from symrnn.catalogue import find
from symrnn.cells import architectures
from symrnn.diagrams.diagram import one_step
from symrnn.diagrams.unrolled import unrolled
from symrnn.documents.reference.pages import ADDRESSES
from symrnn.documents.symbols import symbol_table
from symrnn.documents.texts import Catalogue, MissingText, _pattern, catalogue
from symrnn.interop.conventions import FRAMEWORKS
from symrnn.pipeline import derive
from symrnn.program import Program
from tests.documents.elements import Open

CODE = "zh-TW"
NIGHTLY = pytest.mark.skipif(not os.environ.get("SYMRNN_EXHAUSTIVE"),
                             reason="runs nightly: SYMRNN_EXHAUSTIVE=1")
CJK = r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
WORD = re.compile(r"[A-Za-z]{2,}")
PROSE = re.compile(r"[A-Za-z]+(?: [a-z']+){2,}")  # three English words in a row
HALF = re.compile(rf"[{CJK}] ?[,;:!?]|[,;:!?] ?[{CJK}]|[\u3400-\u9fff]\.(?:\s|$)")
NOT_PROSE = {"code", "math", "pre", "cite", "script", "style", "samp", "option"}
READ = {"aria-label", "title", "alt", "placeholder", "data-found", "data-none", "data-short",
        "data-lines", "data-done"}
ALONE = {"meta", "link", "input", "br", "line", "polyline", "circle", "rect", "path"}
PROPER = {"symrnn", "English", "BibTeX", "MUT", "RetNet", "mLSTM", "sLSTM", "minGRU", "minLSTM",
          "HGRN"}  # names that stay as they are where they stand alone


class Prose(HTMLParser):
    """The texts that a reader of a page sees or hears, without formulas, code and references.

    In a picture the labels are symbols; its title and description are prose.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open = Open()
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attributes if name in READ and value]
        if tag not in ALONE:
            self.open.begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ALONE:
            self.open.end(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An element that holds nothing."""

    def handle_data(self, data: str) -> None:
        label = "svg" in self.open and (self.open[-1] in ("text", "tspan") or "g" in self.open)
        if data.strip() and not label and NOT_PROSE.isdisjoint(self.open):
            self.texts.append(data.strip())


def english(text: str) -> Iterator[str]:
    """What a page says in English: words without any Chinese, and prose in the midst of it."""
    names = {one.name for one in architectures()}
    allowed = PROPER | names
    for one in Prose(text).texts:
        if one.partition(":")[0] in names:  # a curve of a plot: the network and its state
            continue
        words = {word for word in re.findall(r"[A-Za-z]\w+", one) if WORD.search(word)}
        if not re.search(f"[{CJK}]", one) and words - allowed:
            yield one
        yield from PROSE.findall(one)


def test_what_is_english_is_found() -> None:
    page = '<p>記憶單元 <span lang="en">The memory</span></p><svg><title>data flow</title></svg>'
    assert list(english(page)) == ["The memory", "data flow"]
    assert list(english('<p aria-label="Notes">記憶單元 keeps the old state</p>')) == [
        "Notes", "keeps the old state"]
    assert not list(english("<p>LSTM 的 <code>as it was</code> Elman 網路</p><p>mLSTM</p>"))


def in_chinese(files: dict[str, str]) -> dict[str, str]:
    """All pages but the reference: help texts, docstrings and recipes are English, and say so."""
    apart = {f"{CODE}/{one}" for one in (*ADDRESSES.values(), "index.html")}
    return {name: text for name, text in files.items()
            if name.startswith(f"{CODE}/") and name not in apart}


def test_no_english_is_left_in_chinese(files: dict[str, str]) -> None:
    """The guide too, and the list of a site without a reference; names stay."""
    *_, (_, rest) = workflow.pages(workflow.chosen(["elman", "gru", "lru"]), (CODE,), "html")
    pages = {**in_chinese(files), "index": str(rest[f"{CODE}/index.html"])}
    assert len(pages) > 10
    assert {name: found for name, text in pages.items() if (found := list(english(text)))} == {}


def test_punctuation_is_of_full_width(files: dict[str, str]) -> None:
    for name, text in in_chinese(files).items():
        assert not [one for one in Prose(text).texts if HALF.search(one)], name


@NIGHTLY
@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_no_english_is_left_on_the_page_of_any_cell(name: str) -> None:
    ((_, files), _) = workflow.pages([find(name)], (CODE,), "html")
    assert not list(english(str(files[f"{CODE}/{name}.html"])))


def told(one: Architecture, program: Program) -> Iterator[str]:
    """Every text of a cell's author that pages show."""
    table = symbol_table(program, derive(program).gradient)
    yield from (program.title, one.summary, *program.notes)
    yield from (lesson.told for lesson in one.lessons)
    yield from (row.meaning for row in (*table.given, *table.bound, *table.parameters))
    yield from (size.meaning for size in table.sizes)


@pytest.fixture(scope="module")
def every_text() -> dict[str, str]:
    """All that authors wrote, conventions and pictures too, with where it is."""
    found = {text: one.name for one in architectures() for text in told(one, one.build())}
    elman = symrnn.cell("elman")
    pictures = {text: "a picture" for one in (one_step(elman), unrolled(elman, 3))
                for text in (one.title, one.description)}
    own = {"entries along an axis of S": "a cell of a user's own"}
    return {**found, **pictures, **own, **{one.title: name for name, one in FRAMEWORKS.items()}}


def test_every_text_of_every_cell_is_in_chinese(every_text: dict[str, str]) -> None:
    chinese = catalogue(CODE)
    assert {text: name for text, name in every_text.items() if chinese.said(text) is None} == {}


def test_no_phrase_is_idle(every_text: dict[str, str]) -> None:
    chinese = replace(catalogue(CODE))
    for text in every_text:
        chinese.said(text)
    asked = {english for english, found in chinese._known.items() if found is not None}
    assert not [phrase for phrase in chinese.phrases if phrase not in asked and not any(
        _pattern(phrase).fullmatch(one) for one in asked)]


def test_a_missing_translation_fails_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """An English text that is changed is one that is missing: its translation is stale."""
    (note,) = symrnn.cell("indrnn").notes
    chinese = catalogue(CODE)
    phrases = {english: own for english, own in chinese.phrases.items() if english != note}
    phrases[note.replace("sequences", "long sequences")] = chinese.phrases[note]
    known: dict[str, Catalogue] = {CODE: replace(chinese, phrases=phrases)}
    monkeypatch.setattr("symrnn.documents.written.catalogue", known.__getitem__)
    with pytest.raises(MissingText) as raised:
        next(workflow.pages([find("indrnn")], (CODE,), "html"))
    message = str(raised.value)
    assert f"texts/{CODE}.toml has no translation of" in message and "page of indrnn" in message
    assert note[:30] in message and f"texts/{CODE}/notes.toml" in message


def test_a_cell_of_ones_own_may_stay_in_its_language(tmp_path: Path) -> None:
    own = tmp_path / "leaky.cell"
    own.write_text('cell leaky\ntitle "A bucket with a hole"\ninput x[n] "rain"\n'
                   'state h[n] "water"\noutput h\nh[t] = h[t-1]/2 + x[t]\n', encoding="utf-8")
    ((_, files), _) = workflow.pages([find(str(own))], (CODE,), "html")
    assert "<span lang=en>A bucket with a hole</span>" in str(files[f"{CODE}/leaky.html"])


def test_the_meanings_of_symbols_tell_them_apart() -> None:
    """Sums inside functions, products, gates and sizes say which they are."""
    for one in architectures():
        program = one.build()
        assert "entries" not in {size.meaning for size in program.sizes}, one.name
        shown = [row.meaning for row in program.variables if row.stands_for is None
                 and row.meaning.startswith(("argument", "product", "pre-activation", "gate"))]
        assert len(shown) == len(set(shown)), (one.name, shown)
    meanings = {row.name: row.meaning for row in symrnn.cell("mlstm").variables}
    assert meanings["a_o"] == "argument of sigmoid in the equation of o"
    assert meanings["a_C"] == "product v k in the equation of C"
    assert symrnn.cell("gla").size("R").meaning == "entries of r"
