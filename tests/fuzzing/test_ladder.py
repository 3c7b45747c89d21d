"""Every rung of the ladder can fail: a kernel with one fault is found by the rungs it touches."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.checking import Finding
from symrnn.checking.ladder import RUNGS, climb
from symrnn.checking.subject import expected
from symrnn.pipeline import derive
from symrnn.runtime import Kernel

NETWORK = symrnn.lstm(peephole=True)
WANTED = expected(derive(NETWORK), seed=3)


def kernel() -> Kernel:
    return symrnn.compile(NETWORK, "numpy", "float64")


def twisted(value: Any) -> Any:
    """The last array, wherever it stands in what a method gives, off by a millionth."""
    if isinstance(value, dict):
        last = [*value][-1]
        return {**value, last: twisted(value[last])}
    if isinstance(value, tuple):
        return (*value[:-1], twisted(value[-1]))
    return np.asarray(value) * (1 + 1e-6)


def with_fault(method: str) -> Kernel:
    made = kernel()
    right: Callable[..., Any] = getattr(made, method)
    object.__setattr__(made, method, lambda *a, **k: twisted(right(*a, **k)))
    return made


def with_short_windows() -> Kernel:
    made = kernel()
    right = made.truncated
    object.__setattr__(made, "truncated", lambda p, x, y_bar, length, initial: right(
        p, x, y_bar, length - 1, initial))
    return made


def with_wrong_segments() -> Kernel:
    made = kernel()
    right = made.checkpointed
    object.__setattr__(made, "checkpointed", lambda *a: SimpleNamespace(
        backward=lambda *bars: twisted(right(*a).backward(*bars))))
    return made


def with_lengths_unheard() -> Kernel:
    made = kernel()
    right = made.forward
    object.__setattr__(made, "forward", lambda *a, lengths=None: right(
        *a, lengths=lengths and [one - 1 for one in lengths]))
    return made


def found(one: Kernel, rung: str) -> list[Finding]:
    return list(climb(one, WANTED, tuple(each for each in RUNGS if each.name == rung)))


def test_a_right_kernel_climbs_the_whole_ladder() -> None:
    assert list(climb(kernel(), WANTED)) == []


@pytest.mark.parametrize(("method", "rung"), [
    ("backward", "backward"), ("backward", "directions"), ("infer", "inference"), ("step", "steps"),
    ("jvp", "tangents"), ("hvp", "Hessian products"),
    ("backward", "real-time recurrent learning")])
def test_a_rung_finds_a_fault_of_a_millionth(method: str, rung: str) -> None:
    assert found(with_fault(method), rung)


@pytest.mark.parametrize(("make", "rung"), [
    (with_short_windows, "one window"), (with_wrong_segments, "segments"),
    (with_lengths_unheard, "lengths")])
def test_a_rung_finds_what_only_it_can_see(make: Callable[[], Kernel], rung: str) -> None:
    assert found(make(), rung)
