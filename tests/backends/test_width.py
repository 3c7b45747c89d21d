"""No line of generated C is longer than 100 columns, unless one word alone makes it so."""

from __future__ import annotations

from pathlib import Path

import pytest

import symrnn
from symrnn import Cell, Program, t
from symrnn.backends.lines import WIDTH
from symrnn.pipeline import generate

GENERATED = Path(__file__).resolve().parents[2] / "generated"
FILES = sorted([*GENERATED.rglob("*.c"), *GENERATED.rglob("*.h")])
FOLDERS = sorted({path.parent for path in FILES})
LONG = "a_name_that_is_as_long_as_forty_letters_"  # the most that a symbol may have


def too_long(text: str) -> list[str]:
    """Lines over the width that hold more than their indentation and one word.

    A word is a name or a literal with the punctuation that touches it.
    """
    return [line for line in text.splitlines()
            if len(line) > WIDTH and len(line.split()) > 1]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_committed_files_are_no_wider_than_a_page(folder: Path) -> None:
    files = [path for path in FILES if path.parent == folder]
    assert {path.name: found for path in files if (found := too_long(path.read_text()))} == {}


def of_long_names() -> Program:
    """Weights, axes and states of names as long as may be."""
    with Cell("long", "Names as long as may be") as cell:
        x, h = cell.input(f"x{LONG[1:]}[n{LONG[1:]}]", "input"), cell.state(f"h[m{LONG[1:]}]", "s")
        W = cell.parameter(f"W{LONG[1:]}[m{LONG[1:]},n{LONG[1:]}]", "weights")
        U = cell.parameter(f"U{LONG[1:]}[m{LONG[1:]},m{LONG[1:]}]", "weights")
        h[t] = symrnn.activation("tanh")(W @ x[t] + U @ h[t - 1])
    return cell.build("h")


def test_long_names_go_on_below() -> None:
    files = {name: text for name, text in generate(of_long_names(), "long").items()
             if name.endswith((".c", ".h"))}
    assert len(files) == 5
    assert {name: found for name, text in files.items() if (found := too_long(text))} == {}


def test_a_line_that_could_end_earlier_is_found() -> None:
    assert too_long("x" * 101) == too_long("    " + "x" * 101) == too_long("a b") == []
    assert len(too_long("a " + "x" * 100)) == 1
