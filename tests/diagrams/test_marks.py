"""Short formulas with indices, as runs of letters."""

from __future__ import annotations

import pytest
from sympy import Symbol

from symrnn.diagrams.marks import Run, above, below, italic, placed, plain, runs, width
from symrnn.diagrams.symbols import symbol_marks
from symrnn.program import Glyph


def test_marks_become_runs() -> None:
    marked = italic("h") + above("(1)") + below(italic("t") + "-1")
    assert runs(marked) == (Run("h", 0, True), Run("(1)", 1), Run("t", -1, True), Run("−1", -1))
    assert plain(marked) == "h^(1)_t−1"


def test_a_superscript_stands_above_the_subscript_and_what_follows_behind_both() -> None:
    marked = italic("h") + above("(1)") + below("t") + "x"
    (_, start), (high, at), (_, under), (_, behind) = placed(marked)
    assert start == 0 and at == under
    assert behind == pytest.approx(at + high.width)
    assert width(marked) > behind


@pytest.mark.parametrize(("glyph", "text"), [
    (Glyph("z", ("i",)), "z_i,t"), (Glyph(r"\Delta", shift=-1), "Δ_t−1"),
    (Glyph("h", (), ("(1)",), (r"\overleftarrow",)), "h^←,(1)_t"),
    (Glyph("c", accents=(r"\tilde",)), "c\u0303_t"), (Glyph("h", index="0"), "h_0"),
])
def test_symbols_look_as_in_a_paper(glyph: Glyph, text: str) -> None:
    assert plain(symbol_marks(glyph, "t")) == text


def test_letters_are_italic_and_words_are_not() -> None:
    found = runs(symbol_marks(Glyph("A", (r"\mathrm{log}",))))
    assert found == (Run("A", 0, True), Run("log", -1, False))
    assert Symbol("x").name == "x"
