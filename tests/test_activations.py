"""Float32 exp, tanh and sigmoid of the fast C against libm's double functions, in C.

Every 251st float, and with SYMRNN_EXHAUSTIVE=1 every one, infinities and NaN included.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from symrnn.rendering import shared
from symrnn.runtime.compiler import SIMD, find_compiler

SOURCE = Path(__file__).with_name("activations.c")
FUNCTIONS = ["exp", "tanh", "sigmoid"]
FLOATS = 1 << 32
STRIDE = 1 if os.environ.get("SYMRNN_EXHAUSTIVE") else 251
UNITS = 4
X86 = platform.machine() in ("x86_64", "AMD64")
TARGETS = ["native", *["x86-64"] * X86]  # the latter has no fused multiplication and addition


@pytest.fixture(scope="module", params=TARGETS)
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that compares, compiled for one target."""
    folder = tmp_path_factory.mktemp("activations")
    for filename, text in shared().items():
        (folder / filename).write_text(text, encoding="utf-8")
    flags = [flag for flag in SIMD if not flag.startswith("-march") and flag != "-shared"]
    subprocess.run([*find_compiler(), *flags, f"-march={request.param}", f"-I{folder}",
                    str(SOURCE), "-o", str(folder / "program"), "-lm"], check=True)
    return folder / "program"


def worst(command: Sequence[str | Path], name: str, stride: int, parts: int) -> tuple[float, float]:
    """The largest error in units in the last place and its argument, searched in processes."""
    edges = [FLOATS * part // parts for part in range(parts + 1)]
    running = [subprocess.Popen([*command, name, str(first), str(last), str(stride)],
                                stdout=subprocess.PIPE, text=True)
               for first, last in pairwise(edges)]
    printed = [one.communicate()[0].split() for one in running]
    assert not any(one.returncode for one in running)
    return max((float(error), float(argument)) for error, argument in printed)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_float32_is_within_four_units(name: str, program: Path) -> None:
    error, argument = worst([program], name, STRIDE, os.cpu_count() or 1)
    print(f"{name}: {error:.2f} units in the last place at {argument:.9g}")
    assert error <= UNITS, f"{name}({argument:.9g}) is off by {error} units"
