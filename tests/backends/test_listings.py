"""The lines of every function, and the equations that each line computes, as data."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.backends.base import Artefact, Listing
from symrnn.backends.c import c_backend
from symrnn.backends.lines import Computing, Line, Row, deeper, rows
from symrnn.backends.numpy import numpy_backend
from symrnn.cells import architectures
from symrnn.pipeline import derive
from symrnn.program import Program
from symrnn.rendering import rendered
from symrnn.schedule import Plan

EACH = pytest.mark.parametrize("name", [one.name for one in architectures()])


def listed(plan: Plan) -> list[tuple[Artefact, Listing]]:
    files = (*c_backend(plan, "my"), *numpy_backend(plan, "my"))
    return [(one, listing) for one in files for listing in one.listings]


def numbers(program: Program) -> set[int]:
    return {one.number for one in program.equations}


def test_a_row_knows_the_equations_around_it() -> None:
    (equation, *_) = symrnn.elman().equations
    found = rows([Line("a"), Computing((equation,), deeper([Line("b")])), Line("c")])
    assert found == (Row("a"), Row("    b", (equation,)), Row("c"))


@pytest.mark.sweep
@EACH
def test_every_equation_has_lines_and_every_line_stands_in_its_file(name: str) -> None:
    plan = derive(symrnn.cell(name))
    known = {"forward": numbers(plan.program), "step": numbers(plan.program),
             "infer": numbers(plan.program), "backward": numbers(plan.gradient)}
    for artefact, listing in listed(plan):
        computed = {one.number for row in listing.rows for one in row.equations}
        assert computed >= known[listing.name], listing.name
        (text,) = rendered((artefact,)).values()
        assert "\n".join(row.text for row in listing.rows) in text or artefact.filename == "my.py"
        assert {row.text for row in listing.rows} <= set(text.split("\n"))


def test_lines_of_an_equation_begin_with_its_comment() -> None:
    for _, listing in listed(derive(symrnn.cell("lstm"))):
        before: tuple[object, ...] = ()
        for row in listing.rows:
            if row.equations and row.equations != before:
                assert f"({row.equations[0].number})" in row.text
            before = row.equations
