"""The page of the language: every example works, in a cell file and in Python alike."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from sympy.codegen.cfunctions import expm1
from typer.testing import CliRunner

from symrnn import authoring, cli
from symrnn.cellfile import parse
from symrnn.cellfile.functions import FUNCTIONS
from symrnn.cellfile.reference import HEADER, PYTHON_HEADER, SECTIONS, Construct
from symrnn.checking import check_kernel
from symrnn.program import (ELEMENTARY, STEP, UNIFORM, IndexSymbol, Program, activation, larger,
                            magnitude, smaller)

CONSTRUCTS = [one for section in SECTIONS for one in section.constructs]
NAMES = {name: getattr(authoring, name) for name in authoring.__all__} | {
    name: getattr(sympy, name) for name in ("Eq", "Integer", "Piecewise", "Rational", "exp", "sqrt",
                                            "tanh")}
NAMES |= {"activation": activation, "expm1": expm1, "larger": larger, "magnitude": magnitude,
          "smaller": smaller, "UNIFORM": UNIFORM, "STEP": STEP, "IndexSymbol": IndexSymbol}


def in_python(one: Construct) -> Program:
    body = "".join(f"    {line}\n" for line in one.python.splitlines())
    known: dict[str, Any] = {}
    exec(f'{PYTHON_HEADER}{body}program = cell.build("h", "g")', NAMES, known)
    return known["program"]


@pytest.mark.parametrize("one", CONSTRUCTS, ids=lambda one: one.meaning[:40])
def test_a_cell_file_and_python_say_the_same(one: Construct) -> None:
    file, python = parse(HEADER + one.text), in_python(one)
    assert {one.lhs: one.rhs for one in file.equations} == {
        one.lhs: one.rhs for one in python.equations}
    assert file.delays == python.delays and file.axes == python.axes
    assert {each.name: each.drawn for each in file.variables} == {
        each.name: each.drawn for each in python.variables}


@pytest.mark.parametrize("one", CONSTRUCTS, ids=lambda one: one.meaning[:40])
@pytest.mark.parametrize("profile", ["numpy", "portable", "simd"])
def test_every_construct_is_right_in_every_kernel(one: Construct, profile: str) -> None:
    program = parse(HEADER + one.text)
    backend = "numpy" if profile == "numpy" else "c"
    chosen = {} if backend == "numpy" else {"profile": profile}
    assert not check_kernel(program, backend, "float64", **chosen)


def test_the_page_shows_every_construct_and_every_function() -> None:
    shown = CliRunner().invoke(cli.app, ["help", "language"])
    assert shown.exit_code == 0, shown.output
    for one in CONSTRUCTS:
        assert all(line.strip() in shown.output for line in
                   (*one.text.splitlines(), *one.python.splitlines())), one.meaning
    assert all(name in shown.output for name in FUNCTIONS)
    assert max(map(len, shown.output.splitlines())) <= 100


def test_help_tells_its_topics_and_refuses_others() -> None:
    topics = CliRunner().invoke(cli.app, ["help"])
    assert topics.exit_code == 0 and "symrnn help language" in topics.output
    wrong = CliRunner().invoke(cli.app, ["help", "lnguage"])
    assert wrong.exit_code == 2


@pytest.mark.parametrize("name", [row.name for row in ELEMENTARY.values()])
@pytest.mark.parametrize("profile", ["numpy", "portable", "simd"])
def test_one_row_is_an_elementary_function_in_every_kernel(name: str, profile: str) -> None:
    """log and log1p of what is positive, asin and acos of what lies inside of (-1, 1)."""
    inside = "1 + h[t-1]^2" if name.startswith("log") else "tanh(h[t-1]) / 2"
    program = parse(f"{HEADER}h[t] = {name}({inside}) + W @ x[t]")
    backend = "numpy" if profile == "numpy" else "c"
    chosen = {} if backend == "numpy" else {"profile": profile}
    assert not check_kernel(program, backend, "float64", **chosen)
