"""Notes of authors: their formulas are formulas in every language; nothing is left in ASCII."""

from __future__ import annotations

import re

import pytest

import symrnn
from symrnn.backends.formula import Formula
from symrnn.backends.latex import latex_backend
from symrnn.backends.latex_math import LATEX, escape_latex, note_latex
from symrnn.backends.mathml import formula as mathml
from symrnn.backends.notes import Typed, bare, formula, glyphs_of, pieces
from symrnn.backends.typst import TYPST
from symrnn.backends.unicode import UNICODE
from symrnn.documents.texts import catalogue
from symrnn.pipeline import derive
from symrnn.program import GREEK

ASCII = re.compile(r"[_^\[\]{}=<>|*$`]")
LETTER = re.compile(r"(?<![\w'-])(?!a\b|A\b|I\b)[A-Za-z](?![\w'-])")


def notes() -> dict[str, str]:
    """Every note, and a cell that has it."""
    found = dict[str, str]()
    for name in symrnn.cell_names():
        for note in symrnn.cell(name).notes:
            found.setdefault(note, name)
    return found


def test_no_formula_stands_in_ascii() -> None:
    told = notes()
    assert len(told) > 100
    for note, name in told.items():
        found = pieces(note, glyphs_of(symrnn.cell(name)))
        words = " ".join(one for one in found if isinstance(one, str))
        assert not ASCII.search(words), (name, note)
        assert not LETTER.search(words), (name, note)
        assert not set(words.replace(",", " ").replace(".", " ").split()) & GREEK, (name, note)
        for one in found:
            if isinstance(one, Formula):
                assert all(map(str, (LATEX(one), TYPST(one), UNICODE(one), mathml(one))))


@pytest.mark.parametrize(("text", "latex", "unicode"), [
    ("r (U_n h + c_n)", r"r \, (U_{n} \, h + c_{n})", "r (U_n h + c_n)"),
    ("W = W_1 W_2^T", r"W = W_{1} \, W^{\top}_{2}", "W = W_1 W_2ᵀ"),
    ("x/5 + 1/2", r"\tfrac{x}{5} + \tfrac{1}{2}", "x/5 + 1/2"),
    ("h[t - 1 - d]", "h_{t-1-d}", "h[t-1-d]"),
    ("4.5 10^-5", r"4.5 \cdot 10^{-5}", "4.5 × 10⁻⁵"),
    ("-10^-30", "-10^{-30}", "-10⁻³⁰"),
    ("W_f [h, x]", r"W_{f} \, [h, x]", "W_f [h, x]"),
    ("abs(lambda)^2 <= 1", r"\lvert \lambda \rvert^{2} \le 1", "|λ|² ≤ 1"),
    ("sigmoid(a)^(1/tau)", r"\sigma(a)^{\tfrac{1}{\tau}}", "σ(a)^(1/τ)"),
])
def test_a_formula_reads_as_papers_write_it(text: str, latex: str, unicode: str) -> None:
    found = formula(text, {})
    assert LATEX(found) == latex
    assert UNICODE(found).replace(" / ", "/") == unicode


def test_symbols_look_as_in_the_equations() -> None:
    glyphs = glyphs_of(symrnn.cell("rwkv7"))
    assert LATEX(formula("khat", glyphs)) == r"\hat{\kappa}"
    deep = glyphs_of(symrnn.deep(symrnn.cell("rwkv7"), 2))
    assert LATEX(formula("khat", deep)) == r"\hat{\kappa}"


@pytest.mark.parametrize("note", ["It costs $5.", "a ` b", "$ not ( a formula $", "$$", "``"])
def test_what_is_no_formula_stays_text(note: str) -> None:
    assert pieces(note, {}) == (note,)
    assert bare(note) in (note, note.replace("$", ""))
    assert note_latex(note, {}, escape_latex) == escape_latex(note)


def test_code_is_typed_and_comments_have_no_marks() -> None:
    note = "Held in $[0, 1]$: `peephole=True`."
    assert pieces(note, {})[3] == Typed("peephole=True")
    assert bare(note) == "Held in [0, 1]: peephole=True."
    files = symrnn.generate(symrnn.cell("gru"), "gru")
    assert "r (U_n h + c_n)" in files["gru.py"]
    assert "$" not in files["gru.h"] + files["gru.c"] + files["gru.py"]
    assert r"$r \, (U_{n} \, h + c_{n})$" in files["gru.tex"]
    assert "r (U_n h + c_n)" in symrnn.show(symrnn.cell("gru"))


def test_a_translation_keeps_to_its_note() -> None:
    """Chinese words of a note have the same formulas as the English ones."""
    told = notes()
    for english, own in catalogue("zh-TW").phrases.items():
        if english in told:
            glyphs = glyphs_of(symrnn.cell(told[english]))
            assert ({one for one in pieces(english, glyphs) if not isinstance(one, str)}
                    == {one for one in pieces(own, glyphs) if not isinstance(one, str)})


def test_the_document_prints_notes() -> None:
    (artefact,) = latex_backend(derive(symrnn.cell("elman")), "elman")
    assert artefact.content.notes == ()
