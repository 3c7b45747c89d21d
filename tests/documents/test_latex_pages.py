"""Pages as LaTeX: a folder that compiles, in which nothing runs over the margin."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import symrnn
from symrnn import workflow
from symrnn.catalogue import FromFile
from symrnn.documents.bibliography import keys
from symrnn.documents.latex import Latex, LatexView
from symrnn.documents.once import GAP, once
from symrnn.documents.site import site
from symrnn.documents.texts import catalogue
from symrnn.documents.typst import Typst
from symrnn.rendering import write
from symrnn.targets import LANGUAGES

WIDEST = 5.0  # points beyond the margin
EACH = [("ltc", "en"), ("mlstm", "zh-TW")]
NIGHTLY = pytest.mark.skipif(not os.environ.get("SYMRNN_EXHAUSTIVE"),
                             reason="runs nightly: SYMRNN_EXHAUSTIVE=1")
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")


def written(name: str, folder: Path, codes: tuple[str, ...] = LANGUAGES) -> dict[str, str]:
    found = Latex(codes).page(site(workflow.chosen([name])).page(name))
    write(folder, found)
    return found


def run(folder: Path, *words: str) -> str:
    made = subprocess.run(words, cwd=folder, capture_output=True, check=False)
    assert made.returncode == 0, made.stdout.decode("latin-1")[-2000:]
    return made.stdout.decode("latin-1")


def typeset(folder: Path, name: str) -> str:
    run(folder, "pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex")
    return (folder / f"{name}.log").read_text(encoding="latin-1")


def assert_it_fits(log: str) -> None:
    over = [float(width) for width in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", log)]
    assert max(over, default=0) < WIDEST, re.findall(r"Overfull \\.*\n.*", log)
    assert "Missing character" not in log and "Font shape" not in log


@needs_latex
@pytest.mark.parametrize(("name", "code"), EACH)
def test_a_document_is_straight_after_one_pass(name: str, code: str, tmp_path: Path) -> None:
    written(name, tmp_path, (code,))
    log = typeset(tmp_path / code, name)
    assert_it_fits(log)
    assert "Column widths have changed" not in log and "Table widths have changed" not in log


@needs_latex
def test_references_are_cited(tmp_path: Path) -> None:
    written("lstm", tmp_path, ("en",))
    folder = tmp_path / "en"
    assert_it_fits(typeset(folder, "lstm"))
    assert "error" not in run(folder, "bibtex", "lstm").lower()
    typeset(folder, "lstm")
    log = typeset(folder, "lstm")
    assert "undefined" not in log and "Rerun" not in log


@needs_latex
def test_what_layers_share_is_told_once() -> None:
    """Everything of a copy is left out, with its numbers in the table of what is alike."""
    whole = site(workflow.chosen(["deep_rnn"])).page("deep_rnn")
    told, rows = once(whole), whole.copies.rows
    assert rows and whole.copies.names
    assert {one.anchor for one in told.forward} == {one.anchor for one in whole.forward} - rows
    assert not rows & {one.equation.anchor for one in told.backward.gradients}
    codes = {one.code for one in (*told.symbols.given, *told.symbols.parameters,
                                  *told.symbols.bound)}
    assert codes and not codes & whole.copies.names
    shown = [(one.constants, one.sequences) for one in (told.example.forward, told.example.given)]
    assert not {each.array for both in shown for one in both for each in one} & whole.copies.arrays
    for before, after in zip(whole.code, told.code, strict=True):
        assert after.lines[0] == before.lines[0]
        assert (GAP in [one.text.strip() for one in after.lines]) == (before.lines != after.lines)
    latex = Latex(("en",)).page(whole)["en/deep_rnn.tex"]
    typst = Typst(("en",))
    assert all(LatexView.span(one.like_first, one.like_last) in latex
               for repeat in whole.copies.repeats for one in repeat.forward)
    source = typst.source(whole, typst.words[0])
    assert all(f'#label("{one}")' in source for one in rows)


def test_a_page_without_copies_stays_as_it_is() -> None:
    page = site(workflow.chosen(["elman"])).page("elman")
    assert once(page) is page


@NIGHTLY
@pytest.mark.parametrize("name", symrnn.cell_names())
def test_every_document_fits(name: str, tmp_path: Path) -> None:
    written(name, tmp_path, LANGUAGES[-1:])
    assert_it_fits(typeset(tmp_path / LANGUAGES[-1], name))


def test_every_part_is_there(tmp_path: Path) -> None:
    found = written("gru", tmp_path)
    page = site(workflow.chosen(["gru"])).page("gru")
    assert set(found) == {f"{code}/gru.{kind}" for code in LANGUAGES for kind in ("tex", "bib")}
    for code in LANGUAGES:
        text, said = found[f"{code}/gru.tex"], catalogue(code).sections
        assert text.count(r"\begin{tikzpicture}") == 3  # one step, three steps, the curve
        for row in page.forward:
            assert text.count(rf"\tag{{{row.label}}}") == 1
        for one in (*page.backward.inner, *page.backward.gradients):
            assert text.count(rf"\tag{{{one.equation.label}}}") == 1
        for key in ("forward", "symbols", "costs"):
            assert rf"\section*{{{said['page'][key]}}}" in text
        assert said["costs"]["saved"] in text


def test_the_letters_of_chinese_texts_are_in_the_font_of_the_documents() -> None:
    for section in catalogue("zh-TW").sections.values():
        for text in section.values():
            text.replace("→", "").encode("big5")


def test_hostile_text_is_escaped(tmp_path: Path) -> None:
    hostile = r"\input{/etc/passwd} 50% & #_^~{ $x$"
    with symrnn.Cell("evil", hostile, notes=[hostile]) as cell:
        x, h = cell.input("x[n]", hostile), cell.state("h[n]", r"\write18{ls}")
        h[symrnn.t] = x[symrnn.t] + h[symrnn.t - 1]
    own = cell.build("h")
    one = FromFile("evil", lambda: own, hostile)
    (text,) = Latex(["en"]).page(site([one]).page("evil")).values()
    assert r"\input{" not in text and r"\write18" not in text and r"$x$ " not in text


@pytest.mark.parametrize(("bibtex", "wanted"), [
    ("@article{a1997,\n title={x}}\n\n@inproceedings{b:c/d+e.f,\n}", ("a1997", "b:c/d+e.f")),
    ("@article{evil}\\input{x},\n}", ()), ("see a@b.c, {x, }", ()), ("", ())])
def test_keys_of_a_reference(bibtex: str, wanted: tuple[str, ...]) -> None:
    assert keys(bibtex) == wanted
