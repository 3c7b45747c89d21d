"""The fast C on a BLAS library: every size, the same bits, and what is said where none links."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn import t
from symrnn.checking import check_kernel
from symrnn.checking.numeric import relative_error
from symrnn.kernels import compile
from symrnn.pipeline import generate
from symrnn.rendering import shared
from symrnn.runtime import CompilerFailed
from symrnn.runtime.blas_engine import blas_flags

NETS = {
    "lstm": symrnn.lstm(peephole=True), "gru": symrnn.gru(),
    "layer_norm": symrnn.cell("lstm_layer_norm"), "both_ways": symrnn.bidirectional(symrnn.gru()),
    "mgu": symrnn.cell("mgu"),
}
BOUND = {"float32": 3e-5, "float64": 1e-12}
STRICT = "-std=c99 -pedantic -Wall -Wextra -Wshadow -Werror -O1".split()


def missing() -> str:
    """What is said where no library links; empty where one does."""
    try:
        blas_flags()
    except (CompilerFailed, symrnn.CompilerMissing) as error:
        return str(error)
    return ""


def many_gates(count: int) -> symrnn.Program:
    """So many gates on one operand that its panels are several matrices."""
    tanh = symrnn.activation("tanh")
    with symrnn.Cell("many", "Many gates") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        weights = [cell.parameter(f"U_{k}[m,m]", "weights") for k in range(count)]
        gates = [cell.symbol(f"a_{k}[m]", "gate") for k in range(count)]
        W = cell.parameter("W[m,n]", "weights")
        for U, a in zip(weights, gates, strict=True):
            a[t] = tanh(U @ h[t - 1])
        h[t] = tanh(W @ x[t] + sum(a[t] for a in gates))
    return cell.build("h")


needs_blas = pytest.mark.skipif(bool(missing()), reason=missing() or "there is one")


def arrays(kernel: symrnn.Kernel, m: int, batch: int, steps: int) -> tuple[Any, Any]:
    """Random parameters and input; every size but n is m."""
    random = np.random.default_rng(m + 100 * batch)
    sizes = {axis: 5 if axis == "n" else m for one in kernel.parameters.values()
             for axis in one.axes}
    params = {name: random.normal(size=[sizes[axis] for axis in one.axes]) / np.sqrt(m)
              for name, one in kernel.parameters.items()}
    return params, random.normal(size=(steps, batch, sizes["n"]))


def everything(kernel: symrnn.Kernel, params: Any, x: Any) -> dict[str, Any]:
    run = kernel.forward(params, x)
    return {"y": run.y, **run.final, **kernel.backward(run, np.cos(run.y))}


@needs_blas
@pytest.mark.parametrize("batch", [1, 3, 100])
@pytest.mark.parametrize("m", [1, 7, 33, 70])
@pytest.mark.parametrize("dtype", BOUND)
@pytest.mark.parametrize("name", NETS)
def test_every_size(name: str, dtype: str, m: int, batch: int) -> None:
    fast, plain = (compile(NETS[name], backend, kind, profile="blas")
                   for backend, kind in (("c", dtype), ("numpy", "float64")))
    given = arrays(fast, m, batch, 3)
    found, wanted = (everything(kernel, *given) for kernel in (fast, plain))
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        close = np.allclose(found[key], array, rtol=BOUND[dtype], atol=BOUND[dtype] / 10)
        assert close or relative_error(found[key], array) < BOUND[dtype], key


@needs_blas
def test_more_gates_than_a_matrix_is_wide() -> None:
    assert [str(one) for one in check_kernel(many_gates(35), "c", "float64", profile="blas")] == []


@needs_blas
@pytest.mark.parametrize("name", ["lstm", "layer_norm"])
def test_a_stepper_streams_what_forward_computes(name: str) -> None:
    kernel = compile(NETS[name], dtype="float64", profile="blas")
    for batch in (1, 3):
        params, x = arrays(kernel, 33, batch, 5)
        stepper = kernel.stepper(params, batch=batch)
        steps = np.stack([stepper(one) for one in x])
        assert np.allclose(steps, kernel.forward(params, x).y, rtol=1e-12, atol=1e-14)


@needs_blas
@pytest.mark.parametrize("name", NETS)
def test_the_same_bits_for_any_number_of_threads(name: str) -> None:
    kernels = [compile(NETS[name], profile="blas", threads=count) for count in (1, 2, 3)]
    given = arrays(kernels[0], 150, 13, 5)
    one, *others = (everything(kernel, *given) for kernel in kernels)
    for key, array in one.items():
        assert all(np.array_equal(array, other[key]) for other in others), key


@needs_blas
@pytest.mark.parametrize("command", ["gcc", "clang"])
@pytest.mark.parametrize("name", NETS)
def test_no_compiler_has_anything_to_say(name: str, command: str, tmp_path: Path) -> None:
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not installed")
    (tmp_path / name).mkdir()
    for filename, text in generate(NETS[name], name).items():
        (tmp_path / name / filename).write_text(text, encoding="utf-8")
    for filename, text in shared().items():
        (tmp_path / filename).write_text(text, encoding="utf-8")
    result = subprocess.run(
        [command, *STRICT, "-DSYMRNN_BLAS", "-c", f"{name}_simd.c", "-o", "code.o",
         *(flag for flag in blas_flags() if flag.startswith(("-I", "-D")))],
        cwd=tmp_path / name, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@needs_blas
def test_the_environment_names_library_and_header(tmp_path: Path,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vendor.h").write_text("#include <cblas.h>\n")
    named = ("-DSYMRNN_BLAS_HEADER=<vendor.h>", f"-I{tmp_path}", *blas_flags())
    monkeypatch.setenv("SYMRNN_BLAS", " ".join(named))
    assert blas_flags() == named
    kernel = compile(NETS["gru"], dtype="float64", profile="blas")
    found, wanted = (everything(one, *arrays(kernel, 7, 2, 3))
                     for one in (kernel, compile(NETS["gru"], "numpy", "float64")))
    assert all(relative_error(found[key], wanted[key]) < 1e-12 for key in wanted)


def test_where_none_links_one_sentence_says_what_to_install(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMRNN_BLAS", "-lno_such_library")
    with pytest.raises(CompilerFailed, match=r"^no BLAS .*tried -lno_such_library.*; install "
                       r"libopenblas-dev, or name the flags in \$SYMRNN_BLAS") as caught:
        compile(symrnn.gru(), profile="blas", threads=2)
    assert "\n" not in str(caught.value)


def test_the_usual_libraries_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYMRNN_BLAS", raising=False)
    tried: list[str] = []
    monkeypatch.setattr("symrnn.runtime.blas_engine._links",
                        lambda flags: tried.extend(flags) or flags == ["-lblas"])
    assert blas_flags() == ("-lblas",)
    assert tried == ["-lopenblas", "-lcblas", "-lblas"]


def test_an_unknown_profile_is_refused_by_those_there_are() -> None:
    with pytest.raises(ValueError, match="'fast'; there are portable, simd, samples, blas"):
        compile(symrnn.gru(), profile="fast")
