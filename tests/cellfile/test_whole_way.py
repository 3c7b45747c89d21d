"""One cell from a string, and everything that a cell gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.catalogue import find
from symrnn.checking import check_kernel
from symrnn.pipeline import generate
from symrnn.gradients import gradient
from symrnn.presentation.schedules import schedule_text
from symrnn.transforms import masked

TEXT = """cell tidal
input x[n] "input"
state h[m] "memory"
output h
param W_*[m,n] "weights"
param U_*[m,m] "weights of the memory"
param b_*[m] "bias"
f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + b_f)
g[t] = tanh(W_g @ x[t] + U_g @ (f[t] * h[t-1]) + b_g)
h[t] = f[t] * g[t] + (1 - f[t]) * h[t-1]
"""
RENAMED = TEXT.replace("tidal", "other").replace("f[t]", "u[t]").replace("_f", "_u")

every_kernel = pytest.mark.parametrize(("backend", "profile"), [
    ("numpy", "simd"), ("c", "portable"), ("c", "simd")])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "tidal.cell"
    written.write_text(TEXT, encoding="utf-8")
    return written


@every_kernel
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_kernels_with_masks_and_in_two_directions(
        path: Path, backend: str, profile: str, dtype: str) -> None:
    cell = symrnn.cell(path)
    for network in (cell, masked(cell), symrnn.reverse(cell), symrnn.bidirectional(cell),
                    symrnn.deep(cell, 2), symrnn.cell(path, clip=1.0, zoneout=True)):
        found = check_kernel(network, backend, dtype, profile=profile)
        assert [str(one) for one in found] == []


def test_documents_and_schedules(path: Path) -> None:
    cell = symrnn.cell(path)
    files = generate(cell, "tidal")
    assert set(files) >= {"tidal.tex", "tidal.py", "tidal.h", "tidal.c", "tidal_simd.h",
                          "tidal_simd.c", "symrnn_simd.h"}
    assert r"\section" in files["tidal.tex"]
    assert "∂L/∂U_g" in str(gradient(cell, "U_g").steps)
    assert "products with h_prev, in the loop" in schedule_text(cell)
    assert "∂h[t]/∂h[t-1] = " in str(gradient(cell).jacobian("h_t", "h_{t-1}"))


def test_directions_and_online_learning(path: Path) -> None:
    kernel = symrnn.compile(symrnn.cell(path), dtype="float64")
    random = np.random.default_rng(2)
    sizes = {"n": 3, "m": 4}
    params = {name: random.normal(size=[sizes[axis] for axis in one.axes])
              for name, one in kernel.parameters.items()}
    x, y_bar = random.normal(size=(5, 2, 3)), random.normal(size=(5, 2, 4))
    dots = {name: random.normal(size=array.shape) for name, array in params.items()}
    y_dot, _ = kernel.jvp(params, x, dots)
    gradients = kernel.backward(kernel.forward(params, x), y_bar)
    along = sum(np.sum(gradients[name] * dots[name]) for name in params)
    assert np.isclose(np.sum(y_dot * y_bar), along, rtol=1e-11)
    learner = kernel.rtrl(params)
    for step in range(5):
        learner.step(x[step], y_bar[step])
    online = learner.gradients()
    assert all(np.allclose(online[name], gradients[name], rtol=1e-10) for name in params)
    first, second = (kernel.hvp(params, x, y_bar, one) for one in (dots, params))
    assert np.isclose(sum(np.sum(first[name] * params[name]) for name in params),
                      sum(np.sum(second[name] * dots[name]) for name in params), rtol=1e-9)
    stepper = kernel.stepper(params, batch=2)
    assert np.allclose(stepper(x[0]), kernel.forward(params, x).y[0], rtol=1e-12)


def test_it_is_the_same_cell_by_other_names(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.cell"
    other.write_text(RENAMED, encoding="utf-8")
    found = symrnn.compare(str(path), str(other))
    assert found.same, str(found)


def test_pages_tell_the_name_of_a_file_and_not_where_it_lies(tmp_path: Path) -> None:
    """Bytes depend on the equations alone."""
    path = tmp_path / "my.cell"
    path.write_text("cell my\ninput x[n]\nparam W[n,n]\nstate h[n]\noutput h\n"
                    "h[t] = tanh(W @ x[t] + h[t-1])\n")
    assert find(str(path)).python == "symrnn.cell('my.cell')"
