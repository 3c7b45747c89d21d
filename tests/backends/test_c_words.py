"""Variables and axes called like words of C, of its headers and of the generated code."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from symrnn import Cell, Program, activation, t
from symrnn.checking import check_kernel
from symrnn.pipeline import generate

tanh = activation("tanh")
AXES = ("for", "int", "float", "double", "static", "inline", "restrict", "sizeof", "NULL", "NAN",
        "INFINITY", "bool", "asm", "typeof", "unix", "linux", "in", "work", "t", "s", "at", "j")
WORDS = ("NULL", "NAN", "INFINITY", "HUGE_VAL", "FP_NAN", "MATH_ERRNO", "math_errhandling", "asm",
         "typeof", "unix", "linux", "M_PI", "isnan", "wchar_t", "nullptr", "this", "signgam",
         "Q_H", "Q_DOUBLE", "q_real", "q_sizes", "q_parameters", "q_forward", "q_tape_size", "q")


def named(axis: str, weights: str) -> Program:
    with Cell("q", "Hostile names") as cell:
        x, h = cell.input("x[n]", "input"), cell.state(f"h[{axis}]", "state")
        W = cell.parameter(f"{weights}[{axis},n]", "weights")
        U = cell.parameter(f"U_U[{axis},{axis}]", "weights")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
    return cell.build("h")


def compiled(program: Program, folder: Path) -> None:
    """Strict C in the GNU dialect, and the header from C++."""
    for name, text in generate(program, "q").items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "use.cpp").write_text('#include <cmath>\n#include "q.h"\nint main() { return 0; }\n')
    for command in ("gcc -std=gnu99 -Wall -Wextra -Wshadow -Werror -c q.c",
                    "g++ -std=gnu++17 -Wall -Wextra -Werror -c use.cpp"):
        if shutil.which(command.split()[0]) is None:
            pytest.skip("no gcc")
        result = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True,
                                check=False)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("axis", AXES)
def test_an_axis_may_have_any_name(axis: str, tmp_path: Path) -> None:
    compiled(named(axis, "W"), tmp_path)
    assert [str(one) for one in check_kernel(named(axis, "W"), "c", "float64")] == []


@pytest.mark.parametrize("word", WORDS)
def test_a_variable_may_have_any_name(word: str, tmp_path: Path) -> None:
    compiled(named("m", word), tmp_path)
