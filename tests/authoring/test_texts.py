"""Titles, sources, notes and meanings: what no document can print is refused at every door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import symrnn
from symrnn import Cell, ProgramError
from symrnn.authoring.registry import register
from symrnn.program import unfit, unquoted, verify


def _doors(text: Any) -> dict[str, Callable[[], object]]:
    cell, net = Cell("q", "Own"), symrnn.elman()
    return {
        "title": lambda: Cell("q", text), "source": lambda: Cell("q", "", text),
        "note": lambda: Cell("q", "", "", [text]), "BibTeX": lambda: Cell("q", bibtex=text),
        "input": lambda: cell.input("x[n]", text), "state": lambda: cell.state("h[m]", text),
        "symbol": lambda: cell.symbol("a", text), "parameter": lambda: cell.parameter("b", text),
        "parameters": lambda: cell.parameters("b c", text),
        "registered": lambda: register("q", text, tags="gated"),
        "tags": lambda: register("q", "Own", tags=text),
        "LaTeX": lambda: cell.symbol("a", "sum", latex=text),
        "hand title": lambda: verify(replace(net, title=text)),
        "hand source": lambda: symrnn.generate(replace(net, source=text), "q"),
        "hand note": lambda: verify(replace(net, notes=(text,))),
        "hand BibTeX": lambda: verify(replace(net, bibtex=text)),
        "hand meaning": lambda: verify(net.replacing([replace(net["h"], meaning=text)])),
        "hand size": lambda: verify(replace(net, sizes=tuple(
            replace(one, meaning=text) for one in net.sizes[:1]) + net.sizes[1:])),
    }


@pytest.mark.parametrize("text", ["\u03b1", "\u2211 x", "\u4e2d", "a\x1b[31m", "\u202ea", "\u0127"])
@pytest.mark.parametrize("door", _doors(""))
def test_what_no_document_prints_is_refused_where_it_is_given(door: str, text: str) -> None:
    with pytest.raises(ProgramError, match=r"U\+[0-9A-F]{4} is no character that every") as caught:
        _doors(text)[door]()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("text", [5, ["a"], None, b"a"])
@pytest.mark.parametrize("door", _doors(""))
def test_what_is_no_text_is_one_sentence(door: str, text: object) -> None:
    with pytest.raises(ProgramError, match=f"is no text, but of type {type(text).__name__}"):
        _doors(text)[door]()


@pytest.mark.parametrize("notes", ["one text", 5, None])
def test_notes_are_several_texts(notes: Any) -> None:
    with pytest.raises(ProgramError, match=r"q: notes are several texts; write notes=\['...'\]"):
        Cell("q", notes=notes)


def test_latin_letters_and_the_dashes_of_papers_stand() -> None:
    text = "Gers, F\u00e9lix \u2013 \u201c\u0160e\u201d 100 % #1 & {x}_y^2 \\ ~"
    assert unfit(text) is None and Cell("q", text).title == text
    assert unfit("a\nb") == (1, "U+000A is no character that every document can print; "
                                "write Latin letters")


def test_an_entry_of_bibtex_has_lines_and_does_not_end_its_frame() -> None:
    assert unquoted("it", "@misc{a,\n\ttitle = {B}\n}") is None
    assert "leave it out" in str(unquoted("it", "@misc{a, title = {\\end{verbatim}}}"))
