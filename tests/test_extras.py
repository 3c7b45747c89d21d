"""Libraries that symrnn works in are loaded by those who ask, and missed in one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "torch" / "train.py"
HIDDEN = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == {name!r} else found(name, *rest)
import symrnn.{name}
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=False)


def test_symrnn_loads_neither_torch_nor_jax() -> None:
    found = run("import sys, symrnn; symrnn.compile; "
                "print(*{'torch', 'jax'} & {*sys.modules})")
    assert found.returncode == 0 and not found.stdout.strip(), found.stderr


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_a_library_that_is_missing_is_named_with_what_to_type(name: str) -> None:
    found = run(HIDDEN.format(name=name))
    assert found.returncode and f'pip install "symrnn[{name}]"' in found.stderr.splitlines()[-1]


def example(*words: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("torch")
    return subprocess.run([sys.executable, str(EXAMPLE), *words], capture_output=True, text=True,
                          check=False)


def test_the_example_in_pytorch_learns() -> None:
    found = example()
    errors = [float(line.split()[-1]) for line in found.stdout.splitlines()]
    assert len(errors) == 6 and errors[-1] < errors[0] / 2, found.stderr


def test_the_example_in_pytorch_heeds_its_arguments() -> None:
    found = example("--rounds", "3", "--steps", "4", "--units", "2")
    assert found.stdout.startswith("round 3: mean squared error ") and not found.returncode
    assert example("--rounds", "0").returncode == 2
    assert "unrecognized arguments: --more" in example("--more").stderr
