"""Optimisers: their updates by hand, in NumPy and in C, whole and block by block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.optimisers import OPTIMISERS
from symrnn.program import Role

DRAW = np.random.default_rng(5)
START, GRADIENTS, RATE = DRAW.normal(size=6), DRAW.normal(size=(4, 6)), 0.1
SETTINGS = {"sgd": {}, "momentum": {"mu": 0.9},
            "adam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}}
backends = pytest.mark.parametrize("backend", ["numpy", "c"])


def by_hand(name: str, gradients: np.ndarray) -> np.ndarray:
    theta, m, v = START.copy(), np.zeros(6), np.zeros(6)
    for number, g in enumerate(gradients, 1):
        if name == "sgd":
            theta = theta - RATE * g
        elif name == "momentum":
            m = 0.9 * m - RATE * g
            theta = theta + m
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            hat_m, hat_v = m / (1 - 0.9 ** number), v / (1 - 0.999 ** number)
            theta = theta - RATE * hat_m / (np.sqrt(hat_v) + 1e-8)
    return theta


def updated(kernel: symrnn.Kernel, settings: Mapping[str, float], theta: np.ndarray,
            gradients: np.ndarray, **more: float) -> np.ndarray:
    params = {name: np.array(value) for name, value in settings.items()}
    state: dict[str, Any] = {"theta": theta[None]}
    for g in gradients:
        fed = {"g": g[None], "rate": np.array([RATE]),
               **{name: np.array([value]) for name, value in more.items()}}
        _, state = kernel.step(params, fed, state)
    return np.asarray(state["theta"][0])


@backends
@pytest.mark.parametrize("name", OPTIMISERS)
def test_updates_are_those_of_the_paper(name: str, backend: str) -> None:
    kernel = symrnn.compile(OPTIMISERS[name](), backend, "float64", profile="portable")
    found = updated(kernel, SETTINGS[name], START, GRADIENTS)
    assert np.allclose(found, by_hand(name, GRADIENTS), rtol=1e-12)
    blocks = [updated(kernel, SETTINGS[name], START[part], GRADIENTS[:, part])
              for part in (slice(0, 4), slice(4, 6))]
    assert np.array_equal(np.concatenate(blocks), found)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_clipped_optimiser_sees_the_gradient_scaled(name: str) -> None:
    kernel = symrnn.compile(OPTIMISERS[name](clipped=True), "numpy", "float64")
    found = updated(kernel, SETTINGS[name], START, GRADIENTS, scale=0.25)
    assert np.allclose(found, by_hand(name, 0.25 * GRADIENTS), rtol=1e-12)


@backends
def test_the_norm_is_that_of_all_blocks(backend: str) -> None:
    kernel = symrnn.compile(symrnn.gradient_norm_clip(), backend, "float64", profile="portable")
    g = GRADIENTS[0]
    for limit in (0.5, 100.0):
        params, state = {"limit": np.array(limit)}, None
        for part in (g[:3], g[3:]):
            scale, state = kernel.step(params, {"g": part[None]}, state)
        assert scale[0] == pytest.approx(min(1, limit / np.linalg.norm(g)), rel=1e-12)
    nothing, _ = kernel.step({"limit": np.array(1.0)}, {"g": np.zeros((1, 3))})
    assert nothing[0] == 1


def test_every_optimiser_reads_the_same() -> None:
    for build in OPTIMISERS.values():
        assert [one.name for one in build(clipped=True).with_role(Role.INPUT)] == [
            "g", "rate", "scale"]
