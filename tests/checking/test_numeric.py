"""The numeric check finds a kernel that is wrong, and passes one that is right."""

import numpy as np
import pytest

from symrnn import lstm
from symrnn.checking import check_kernel
from symrnn.checking.numeric import UNITS, relative_error
from symrnn.runtime.numpy_engine import NumpyEngine


def test_a_right_kernel_has_no_findings() -> None:
    assert check_kernel(lstm(), "numpy", "float64") == []


@pytest.mark.parametrize("key", ["W_i", "b_o", "x", "initial.c"])
def test_a_wrong_gradient_is_found_and_named(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = NumpyEngine.backward

    def wrong(self: NumpyEngine, *arguments: object) -> dict[str, np.ndarray]:
        gradients = dict(right(self, *arguments))
        gradients[key] = gradients[key] * (1 + 1e-9)
        return gradients

    monkeypatch.setattr(NumpyEngine, "backward", wrong)
    findings = check_kernel(lstm(), "numpy", "float64")
    assert findings and all(key in str(one) for one in findings)


def test_a_wrong_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = NumpyEngine.step

    def wrong(self: NumpyEngine, *arguments: object) -> object:
        outputs, following = right(self, *arguments)
        return outputs, {**following, "c": following["c"] * 0}

    monkeypatch.setattr(NumpyEngine, "step", wrong)
    assert any("of step" in str(one) for one in check_kernel(lstm(), "numpy", "float64"))


def test_relative_error_counts_nan_as_wrong() -> None:
    assert not relative_error(np.array([np.nan]), np.array([1.0])) <= UNITS
