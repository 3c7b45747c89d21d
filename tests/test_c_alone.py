"""Generated files on their own: one folder, static arrays, constant states, C++, no Python."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.pipeline import own_files
from symrnn.rendering import shared
from tests.test_generated_c import WARNINGS, compilers, run

BY_NAME = {one.name: one for one in architectures()}
SANITIZED = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

STATIC = """
#include "lstm.h"
#include <stdio.h>
static const lstm_real weights[3 * 3] = { NUMBERS };
static const lstm_real x[5 * 2 * 3] = { NUMBERS };
static const lstm_real before[2 * 3] = { NUMBERS };
static lstm_real h[5 * 2 * 3], c[2 * 3], h_bar[2 * 3], b_bar[3];
static lstm_real tape[LSTM_TAPE_SIZE(5, 2)];
static lstm_real forward_work[LSTM_FORWARD_WORK_SIZE(5, 2)], infer_work[LSTM_INFER_WORK_SIZE(5, 2)];
static lstm_real backward_work[LSTM_BACKWARD_WORK_SIZE(5, 2)], step_work[LSTM_STEP_WORK_SIZE(2)];
static const lstm_parameters parameters = {weights, weights, weights, weights, weights, weights,
                                           weights, weights, weights, weights, weights, weights};
int main(void)
{
    const lstm_sizes sizes = {5, 2, 3, 3}, none = {0, 2, 3, 3};
    const lstm_inputs in = {x}, nothing = {NULL};
    const lstm_outputs out = {h}, no_out = {NULL};
    const lstm_initial initial = {before, NULL}, state = {NULL, c};
    const lstm_state last = {NULL, c};
    const lstm_cotangents bars = {x, NULL, NULL}, ends = {NULL, before, NULL};
    lstm_gradients gradients = {0};
    gradients.initial_h_bar = h_bar, gradients.b_f_bar = b_bar;
    if (sizeof tape != lstm_tape_size(&sizes) * sizeof *tape
        || sizeof forward_work != lstm_forward_work_size(&sizes) * sizeof *tape
        || sizeof infer_work != lstm_infer_work_size(&sizes) * sizeof *tape
        || sizeof backward_work != lstm_backward_work_size(&sizes) * sizeof *tape
        || sizeof step_work != lstm_step_work_size(&sizes) * sizeof *tape)
        return 1;
    lstm_infer(&sizes, &parameters, &in, &initial, &out, NULL, infer_work);
    lstm_forward(&sizes, &parameters, &in, &initial, &out, &last, tape, forward_work);
    lstm_backward(&sizes, &parameters, &in, &initial, &out, tape, &bars, &gradients,
                  backward_work);
    for (int k = 0; k < 6; ++k) printf("%.17g\\n", c[k]);
    for (int k = 0; k < 6; ++k) printf("%.17g\\n", h_bar[k]);
    for (int k = 0; k < 3; ++k) printf("%.17g\\n", b_bar[k]);
    lstm_step(&sizes, &parameters, &in, &state, &out, &last, step_work);
    for (int k = 0; k < 6; ++k) printf("%.17g\\n", c[k]);
    lstm_forward(&none, &parameters, &nothing, NULL, &no_out, &last, tape, forward_work);
    lstm_backward(&none, &parameters, &nothing, NULL, &no_out, tape, &ends, &gradients,
                  backward_work);
    for (int k = 0; k < 6; ++k) printf("%.17g\\n", c[k]);
    for (int k = 0; k < 6; ++k) printf("%.17g\\n", h_bar[k]);
    for (int k = 0; k < 3; ++k) printf("%.17g\\n", b_bar[k]);
    return 0;
}
"""
FIXED = ["-DLSTM_DOUBLE", "-DLSTM_FIXED_n=3", "-DLSTM_FIXED_m=3"]


def numbers(count: int) -> np.ndarray:
    return np.cos(np.arange(count))


def expected() -> np.ndarray:
    """What the program prints, from NumPy."""
    kernel = symrnn.compile(symrnn.lstm(), "numpy", "float64")
    params = {name: numbers(9)[:3 ** len(one.axes)].reshape([3] * len(one.axes))
              for name, one in kernel.parameters.items()}
    x, before = numbers(30).reshape(5, 2, 3), numbers(6).reshape(2, 3)
    started = kernel.forward(params, x, {"h": before})
    gradients = kernel.backward(started, x)
    _, state = kernel.step(params, x[0], {"c": started.final["c"]})
    return np.concatenate([one.ravel() for one in (
        started.final["c"], gradients["initial.h"], gradients["b_f"], state["c"], np.zeros(6),
        before, np.zeros(3))])


def files_of(folder: Path, name: str, program: symrnn.Program) -> None:
    for filename, text in symrnn.generate(program, name).items():
        (folder / filename).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("compiler", [
    ["gcc", "-std=c99"], ["clang", "-std=c99"], ["g++", "-std=c++17", "-x", "c++"],
    ["clang++", "-std=c++17", "-x", "c++"]], ids=lambda command: command[0])
def test_arrays_may_be_static_and_states_constant(compiler: list[str], tmp_path: Path) -> None:
    files_of(tmp_path, "lstm", symrnn.lstm())
    text = STATIC
    for count in (9, 30, 6):
        text = text.replace("NUMBERS", ", ".join(map(repr, numbers(count).tolist())), 1)
    if "++" in compiler[0]:  # which knows `= {0}`, but warns
        text = text.replace("lstm_gradients gradients = {0}", "lstm_gradients gradients = {}")
    (tmp_path / "main.c").write_text(text)
    sanitized = SANITIZED if compiler[0].startswith("g") else []  # not every clang has them
    run(*compiler, "-pedantic", *WARNINGS, *sanitized, *FIXED, "main.c", "lstm.c", "-lm", "-o",
        "main", cwd=tmp_path)
    printed = [float(line) for line in run(str(tmp_path / "main"), cwd=tmp_path).split()]
    assert np.allclose(printed, expected(), rtol=1e-12, atol=1e-14)


def test_a_tape_of_nothing_is_an_array_too(tmp_path: Path) -> None:
    files_of(tmp_path, "net", symrnn.elman(readout=False, activation="linear"))
    (tmp_path / "main.c").write_text(
        '#include "net.h"\nstatic net_real tape[NET_TAPE_SIZE(3, 1)];\n'
        "int main(void) { return sizeof tape / sizeof *tape != 1; }\n")
    run("gcc", "-std=c99", "-pedantic", "-Werror", "-DNET_FIXED_n=1", "-DNET_FIXED_m=1", "main.c",
        "-o", "main", cwd=tmp_path)
    run(str(tmp_path / "main"), cwd=tmp_path)


@pytest.mark.sweep
@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("name", BY_NAME)
def test_the_portable_source_is_cpp_too(compiler: str, name: str, tmp_path: Path) -> None:
    files_of(tmp_path, name, BY_NAME[name].build())
    run(compiler, "-std=c++17", "-x", "c++", "-pedantic", *WARNINGS, "-c", f"{name}.c", "-o",
        "code.o", cwd=tmp_path)


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_fast_source_says_that_it_is_c(compiler: str, tmp_path: Path) -> None:
    files_of(tmp_path, "gru", symrnn.gru())
    result = subprocess.run([compiler, "-x", "c++", "-c", "gru_simd.c"], cwd=tmp_path,
                            capture_output=True, text=True, check=False)
    assert re.search(r"error: .*compile gru_simd\.c as C", result.stderr)


@compilers
def test_what_generate_returns_compiles_in_one_folder(compiler: str, tmp_path: Path) -> None:
    files_of(tmp_path, "gru", symrnn.gru())
    for name in ("gru.c", "gru_simd.c"):
        run(compiler, "-std=c99", *WARNINGS, "-c", name, "-o", "code.o", cwd=tmp_path)


def test_the_shared_header_stands_in_the_folder_or_beside_it(tmp_path: Path) -> None:
    both = symrnn.generate(symrnn.gru(), "gru")
    assert both == own_files(symrnn.gru(), "gru") | shared()
    folder = tmp_path / "gru"
    folder.mkdir()
    for name, text in both.items():
        ((tmp_path if name in shared() else folder) / name).write_text(text, encoding="utf-8")
    run("gcc", "-std=c99", "-c", "gru/gru_simd.c", "-o", "code.o", cwd=tmp_path)
    (folder / "symrnn_simd.h").write_text("#error this one\n")
    result = subprocess.run(["gcc", "-c", "gru/gru_simd.c"], cwd=tmp_path, capture_output=True,
                            text=True, check=False)
    assert "this one" in result.stderr


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("options", [(), ("-DLSTM_DOUBLE",)])
def test_the_fast_header_stands_the_strictest_warnings(compiler: str, options: tuple[str, ...],
                                                       tmp_path: Path) -> None:
    files_of(tmp_path, "lstm", symrnn.lstm())
    for target in ("-march=x86-64", "-mavx2", "-mavx512f"):
        run(compiler, "-std=c99", *WARNINGS, *options, target, "-c", "lstm_simd.c", "-o", "code.o",
            cwd=tmp_path)


def test_no_comment_of_the_headers_is_wide(tmp_path: Path) -> None:
    files = symrnn.generate(BY_NAME["lstm_projection"].build(), "projected")
    for name in ("projected.h", "projected_simd.h"):
        inside = [line for line in files[name].splitlines() if line.startswith((" *", "/*"))]
        assert max(map(len, inside)) <= 100
