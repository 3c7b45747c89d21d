"""The guide: what it asks for is there, its numbers are the lecture's, and both languages agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import symrnn
from symrnn.documents import guide as guides
from symrnn.documents.gates import gates
from symrnn.documents.guide import Guide, MissingReference, Reader
from symrnn.documents.html import Html
from symrnn.documents.numbers import short
from symrnn.documents.runs import run
from symrnn.targets import LANGUAGES


def read(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (folder / "en.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(guides, "FOLDER", folder)
    return Reader(Guide(), repr, repr, repr).read("en").body


@pytest.mark.parametrize("text", [
    "The gate $lstm.q$.", "The gate $nobody.f$.", "It is $sum.y@4$.", "It is $nothing.y@1$.",
    "It is $sum.y@last$.", "```equations\nlstm q\n```", "```picture\nnobody\n```",
    "```dance\nlstm\n```", "```derivation\nlstm f\n```", "```values\nsum h 4\n```",
    "```equations\n```"])
def test_what_is_not_there_fails_the_build(text: str, tmp_path: Path,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingReference, match=r"guides/en.md asks for '.+', which there is not"):
        read(text, tmp_path, monkeypatch)


def test_what_is_there_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = read("At $sum.y@3$ and $lstm.f_bar$, <b>.", tmp_path, monkeypatch)
    assert "((32.0, 32.0),)" in body and "&lt;b&gt;" in body


def test_runs_are_the_worked_examples_of_the_lecture() -> None:
    assert [one[0] for one in run("sum").at_steps("y")] == [(4, 4), (12, 12), (32, 32)]
    assert [one[0] for one in run("swapped").at_steps("y")] == [(8, 8), (20, 20), (44, 44)]
    assert [round(one[0][0], 2) + 0.0 for one in run("memory").at_steps("h")] == [0, 0, 0, 7, 0]
    assert [short(one[0][0]) for one in run("memory").at_steps("c")[:4]] == ["3", "7", "7", "7"]


def test_gradients_of_runs_are_those_of_powers() -> None:
    found = [one[0][0] for one in run("vanishing").at_steps("h_bar")]
    assert found == pytest.approx([0.5**(19 - step) for step in range(20)], rel=1e-12)
    assert run("one_unit").at_steps("U_bar") == (((2.0,),),)
    kept, lost = (run(name).at_steps(bar)[0][0][0] for name, bar in
                  (("kept", "c_bar"), ("vanishing", "h_bar")))
    assert kept > 0.8 and lost < 1e-5


def test_both_languages_ask_for_the_same() -> None:
    """Blocks in one order, and every symbol; a number may stand in another sentence."""
    asked = [re.findall(r"```(\w+)\n(.+?)\n```", (guides.FOLDER / f"{code}.md").read_text("utf-8"))
             for code in LANGUAGES]
    assert asked[0] == asked[1] and len(asked[0]) > 20
    symbols = [set(re.findall(r"\$(\w[\w.]+)\$", (guides.FOLDER / f"{code}.md").read_text("utf-8")))
               for code in LANGUAGES]
    assert symbols[0] == symbols[1]


def test_there_is_no_guide_where_it_would_lead_nowhere(files: dict[str, str]) -> None:
    writer = Html(["en"])
    assert writer.guide(["elman", "lstm"]) == {}
    assert 'href="guide.html"' in files["en/index.html"]
    assert "Memory" not in files["zh-TW/guide.html"] and "記憶單元" in files["zh-TW/guide.html"]


@pytest.mark.parametrize(("name", "wanted"), [
    ("lstm", ("i", "f", "o")), ("lstm_1997", ("i", "o")), ("gru", ("z", "r")), ("mgu", ("f",)),
    ("elman", ()), ("fastrnn", ()), ("rglru", ("r", "i"))])
def test_gates_are_told_from_equations(name: str, wanted: tuple[str, ...]) -> None:
    assert gates(symrnn.cell(name)) == wanted


def test_a_sigmoid_of_another_kind_makes_a_gate_too() -> None:
    assert gates(symrnn.lstm(gate_activation="hard_sigmoid")) == ("i", "f", "o")
    assert gates(symrnn.elman(activation="sigmoid")) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_shows_all_equations_of_an_lstm(language: str) -> None:
    """Those of the lecture: what may be written, and what opens each of the gates."""
    asked = Reader(Guide(), repr, repr, lambda block: f"<{block.network}:" + " ".join(
        row.label for row in block.rows) + ">").read(language).body
    rows = Guide().network("lstm").passes[0].rows
    assert f"<lstm:{' '.join(row.label for row in rows)}>" in asked
