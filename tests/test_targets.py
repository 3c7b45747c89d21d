"""One table says what is written and what runs; all that offers a choice follows it."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

import symrnn
from symrnn import targets, workflow
from symrnn.cli import app
from symrnn.kernels import target
from symrnn.pipeline import own_files
from symrnn.presentation import SHOW
from symrnn.presentation.schedules import SCHEDULE
from symrnn.targets import BACKENDS, CHECKED, PRINTED, PROFILES, RUN, STYLES, TARGETS
from typer.testing import CliRunner

def test_rows_are_frozen_and_have_names_of_their_own() -> None:
    assert len({one.name for one in TARGETS}) == len(TARGETS)
    with pytest.raises(FrozenInstanceError):
        TARGETS[0].name = "other"  # type: ignore[misc]


def test_users_type_what_they_always_typed() -> None:
    assert BACKENDS == ("numpy", "c")
    assert set(PROFILES) == {"portable", "simd", "samples", "blas"}
    assert {one.name for one in CHECKED} == {"numpy", "portable", "simd", "samples"}
    assert len({str(one.choice) for one in RUN}) == len(RUN)


@pytest.mark.parametrize("one", RUN, ids=lambda one: one.name)
def test_a_choice_finds_its_row(one: targets.Target) -> None:
    assert target(**{"profile": "simd", **one.choice}) is one
    assert one.dtypes


@pytest.mark.parametrize("one", CHECKED, ids=lambda one: one.name)
def test_a_kernel_is_called_as_its_row(one: targets.Target) -> None:
    kernel = symrnn.compile(symrnn.elman(), **one.choice)
    assert str(kernel.engine).startswith(one.title)


def test_files_come_from_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = symrnn.derive(symrnn.elman())
    names = [file.filename for one in PRINTED for file in one.files(plan, "my")]
    assert {"my.tex", "my.py", "my.h", "my.c", "my_simd.h", "my_simd.c"} <= set(names)
    assert len(set(names)) == len(names)
    monkeypatch.setattr("symrnn.pipeline.PRINTED", (target("numpy", "simd"),))
    assert list(own_files(symrnn.elman(), "my")) == ["my.py"]


def test_a_new_row_is_offered_and_run(monkeypatch: pytest.MonkeyPatch) -> None:
    new = replace(target("numpy", "simd"), name="other", backend="other", dtypes=("float64",))
    monkeypatch.setattr("symrnn.kernels.BACKENDS", (*BACKENDS, "other"))
    monkeypatch.setattr("symrnn.kernels.RUN", (*RUN, new))
    kernel = symrnn.compile(symrnn.elman(readout=False), "other", "float64")
    assert kernel.dtype == np.float64
    with pytest.raises(ValueError, match="dtype is 'float32'; kernels compute in float64"):
        symrnn.compile(symrnn.elman(), "other", "float32")


def test_every_style_is_in_every_table() -> None:
    assert tuple(SHOW) == STYLES
    assert set(SCHEDULE) <= set(STYLES)
    found = symrnn.gradient(symrnn.elman(), "U")
    for view in (found, found.steps, found.closed, found.unrolled(2), found.hessian("U"),
                 found.jacobian("h", "h[t-1]")):
        assert all(map(view.text, STYLES))


def test_help_names_every_target() -> None:
    told = inspect.getdoc(symrnn.compile) or ""
    for one in RUN:
        assert all(f'"{word}"' in told for word in one.choice.values())
    shown = CliRunner().invoke(app, ["generate", "--help"]).stdout
    assert all(one.title in " ".join(shown.split()) for one in PRINTED)


def test_a_check_runs_every_type_of_every_target() -> None:
    assert [(one.name, dtype) for one, dtype in workflow.KERNELS] == [
        (one.name, dtype) for one in CHECKED for dtype in one.dtypes]
