"""Parameters and inputs for tests of options, drawn from one seed."""

from typing import Any

import numpy as np

import symrnn
from symrnn import Kernel, Program

SIZES = {"T": 6, "B": 3, "n": 3, "m": 4, "p": 2, "d": 5, "k": 2, "q": 8,
         "m_1": 4, "m_2": 4, "m_3": 4, "q_1": 8, "q_2": 8}
Array = np.ndarray[Any, Any]


def kernel(program: Program, backend: str, **options: Any) -> Kernel:
    return symrnn.compile(program, backend, "float64", **options)


def shape(axes: tuple[str, ...]) -> list[int]:
    return [SIZES[axis] for axis in axes]


def parameters(one: Kernel, seed: int = 1) -> dict[str, Array]:
    """The same values for the same names, whatever other parameters there are."""
    return {name: np.random.default_rng([seed, *name.encode()]).normal(size=shape(held.axes))
            for name, held in one.parameters.items()}


def values(seed: int, *axes: str) -> Array:
    return np.random.default_rng(seed).normal(size=shape(axes))


def bits(seed: int, *axes: str) -> Array:
    return np.random.default_rng(seed).integers(0, 2, shape(axes)).astype(float)


def close(found: Any, wanted: Any, bound: float = 1e-13) -> bool:
    """True where two arrays differ by rounding of the largest entry."""
    return bool(np.max(np.abs(found - wanted)) <= bound * max(1.0, np.max(np.abs(wanted))))
