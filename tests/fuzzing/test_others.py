"""Random cells beside the kernels: in PyTorch, JAX, ONNX Runtime and Node."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from symrnn.checking.reference import Case
from symrnn.fuzzing import Campaign
from symrnn.fuzzing.others import OTHERS, Other, chosen
from symrnn.program import Misused

# JAX compiles every operation of every shape, which takes seconds for a cell.
CELLS = {"torch": 40, "jax": 4, "onnx": 40, "javascript": 20}


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest) -> Other:
    found = OTHERS[request.param]
    if not found.is_here:
        pytest.skip(f"needs {' and '.join(found.needs)}")
    return found


def test_others_compute_what_the_equations_say(other: Other) -> None:
    report = Campaign(CELLS[other.name], 3, (), (other,)).run()
    assert not report.failure, str(report)
    assert report.refused + report.incomparable <= report.tried / 2, str(report)


@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_one_wrong_number_is_found(other: Other, place: int) -> None:
    """A millionth is, in what comes out first and, where there are any, in the last gradient."""
    def wrong(case: Case) -> dict[str, np.ndarray]:
        found = dict(other.computed(case))
        name = [*found][place]
        found[name] = found[name] + 1e-6 * max(np.max(np.abs(found[name])), 1e-3)
        return found
    report = Campaign(1, 3, (), (replace(other, computed=wrong),)).run()
    assert "by the equations" in report.failure and other.name in report.failure


def test_what_cannot_compute_is_told_as_a_failure() -> None:
    def broken(case: Case) -> dict[str, np.ndarray]:
        raise KeyError("erf")
    report = Campaign(1, 3, (), (Other("broken", broken, (), ""),)).run()
    assert "broken: KeyError: 'erf'" in report.failure


def test_who_is_not_there_is_refused_in_one_sentence() -> None:
    with pytest.raises(Misused, match="'cuda' computes no cells; there are torch, jax, onnx, jav"):
        chosen("cuda")


def test_who_is_not_installed_is_told_with_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OTHERS, "torch", replace(OTHERS["torch"], needs=("no_such_module",)))
    with pytest.raises(Misused, match=r'torch is not installed here: pip install "symrnn.torch."'):
        chosen("torch")
