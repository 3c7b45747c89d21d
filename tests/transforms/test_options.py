"""All options at once: on every cell, on cell files, in every order that makes sense."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.catalogue import new
from symrnn.cells import architectures
from symrnn.checking import check_kernel
from symrnn.checking.reference import random_case
from symrnn.program import Role
from symrnn.transforms import OPTIONS, masked
from tests.transforms.test_dropping import WITHOUT_RECURRENT_DROPOUT
from tests.conftest import LARGEST

EVERY: dict[str, Any] = {"bias": 2, "clip": 0.9, "clip_state": 0.8, "zoneout": True,
                         "dropout": ("input", "recurrent"), "learned_initial": True}


def test_every_option_is_among_them() -> None:
    assert set(EVERY) == {one.name for one in OPTIONS}


@pytest.mark.sweep
@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_every_cell_takes_all_options_and_checks(name: str) -> None:
    chosen = EVERY | {"dropout": "input"} if name in WITHOUT_RECURRENT_DROPOUT else EVERY
    program = masked(symrnn.cell(name, **chosen))
    assert [str(one) for one in check_kernel(program, "numpy", "float64", seed=4)] == []


@pytest.mark.parametrize("name", ["lstm_layer_norm", "gru", "cornn",
                                  pytest.param(LARGEST[0], marks=pytest.mark.sweep)])
def test_all_options_in_c(name: str) -> None:
    """In the case of seed 4 layer normalisation cancels the gradient of x but for 1e-6 of it."""
    program = masked(symrnn.cell(name, **EVERY), "hold")
    assert [str(one) for one in check_kernel(program, "c", "float64", seed=5)] == []


def test_a_cell_file_takes_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program = symrnn.cell(new("mine"), **EVERY)
    assert {one.name for one in program.with_role(Role.MASK, Role.START)} == {
        "zoneout_h", "dropout_x", "dropout_h", "start"}
    assert [str(one) for one in check_kernel(program, "c", "float64")] == []
    assert "zoneout_h" in symrnn.cell("mine.cell", zoneout=True)


@pytest.mark.parametrize("backend", ["c", "numpy"])
def test_on_networks_they_may_come_in_any_order(backend: str) -> None:
    network = symrnn.bidirectional(symrnn.lstm())
    for order in ((symrnn.learned_initial, symrnn.zoneout, symrnn.clipped_state),
                  (symrnn.zoneout, symrnn.clipped_state, symrnn.learned_initial)):
        made = network
        for one in order:
            made = one(made, 0.7) if one is symrnn.clipped_state else one(made)
        made = symrnn.dropout(symrnn.with_two_biases(made), ("recurrent", "input"))
        assert [str(one) for one in check_kernel(masked(made), backend, "float64")] == []


def test_equations_are_numbered_one_by_one_and_shown_as_they_are() -> None:
    shown = symrnn.show(symrnn.lstm(**EVERY)).splitlines()
    rows = [one for one in shown if one.lstrip().startswith("(")]
    assert [one.split()[0] for one in rows] == [f"({k})" for k in range(1, len(rows) + 1)]
    assert "h^new[t] = clip[" in rows[-2]
    assert "[t] = tanh(clip[0.9](c^new[t])) ⊙ o[t]" in rows[-3]


@pytest.mark.parametrize("backend", ["c", "numpy"])
def test_forward_mode_knows_the_options(backend: str) -> None:
    """The tangent along a direction is the inner product of gradients and direction."""
    program = symrnn.lstm(**EVERY)
    case = random_case(symrnn.derive(program), seed=2)
    kernel = symrnn.compile(program, backend, "float64")
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    gradients = kernel.backward(run, case.y_bar, case.final_bar)
    dots = {name: np.ones_like(array) for name, array in case.parameters.items()}
    y_dot, final_dot = kernel.jvp(case.parameters, case.inputs, dots, initial=case.initial)
    pushed = np.sum(y_dot * case.y_bar["h"]) + sum(
        np.sum(final_dot[name] * bar) for name, bar in case.final_bar.items())
    assert np.isclose(pushed, sum(np.sum(gradients[name]) for name in dots), rtol=1e-12)
    second = kernel.hvp(case.parameters, case.inputs, case.y_bar, dots, initial=case.initial,
                        final_bar=case.final_bar)
    step = 1e-6
    moved = [kernel.backward(kernel.forward(
        {name: array + sign * step for name, array in case.parameters.items()},
        case.inputs, case.initial), case.y_bar, case.final_bar) for sign in (1, -1)]
    for name in dots:
        wanted = (moved[0][name] - moved[1][name]) / (2 * step)
        assert np.allclose(second[name], wanted, rtol=0, atol=1e-6), name


def test_files_of_a_cell_with_options_are_written() -> None:
    files = symrnn.generate(symrnn.gru(**EVERY), "gru", ("value", 1.0))
    assert "const gru_real *dropout_h; /* [B, m]" in files["gru.h"]
    assert "const gru_real *start; /* [T, B]" in files["gru.h"]
    assert "zoneout_h" in files["gru.py"]
