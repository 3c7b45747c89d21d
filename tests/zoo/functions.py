"""Activations as papers define them, for real and complex arrays: kinks look at the real part."""

from __future__ import annotations

from typing import Any

import numpy as np


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def softplus(a: Any) -> Any:
    return np.log(1 + np.exp(a))


def relu(a: Any) -> Any:
    return np.where(a.real > 0, a, 0)


def hard_sigmoid(a: Any) -> Any:
    return np.where(a.real < -2.5, 0, np.where(a.real > 2.5, 1, 0.2 * a + 0.5))
