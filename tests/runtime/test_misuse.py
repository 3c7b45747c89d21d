"""Arguments that make no sense: one sentence before anything is computed or changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn import Kernel, ProgramError, ShapeError
from symrnn.transforms import masked
from tests.cases import case

SIZES = {"n": 3, "m": 4, "p": 2}
T, B = 5, 2
X = np.random.default_rng(1).normal(size=(T, B, 3))


def network(name: str, masked_output: str = "zero") -> tuple[Kernel, dict[str, np.ndarray]]:
    random = np.random.default_rng(0)
    build = {"elman": symrnn.elman(readout=False), "gru": symrnn.gru()}.get(name) or case(name)
    kernel = symrnn.compile(build, "numpy", "float64", masked_output)
    return kernel, {key: random.normal(size=[SIZES[axis] for axis in one.axes])
                    for key, one in kernel.parameters.items()}


RAGGED = [[1.0, 2.0], [3.0]]
WRONG: dict[str, tuple[Callable[[Kernel, dict[str, Any]], Any], str]] = {
    "no parameters": (lambda k, p: k.forward(None, X), "are missing"),  # type: ignore[arg-type]
    "a list of parameters": (lambda k, p: k.forward([1], X), "dictionary"),  # type: ignore
    "no parameter": (lambda k, p: k.forward({**p, next(iter(p)): None}, X), "no array of numbers"),
    "ragged rows": (lambda k, p: k.forward({**p, next(iter(p)): RAGGED}, X), "different lengths"),
    "text": (lambda k, p: k.forward(p, "text"), "no array of numbers"),
    "objects": (lambda k, p: k.forward(p, X.astype(object)), "no array of numbers"),
    "a state without a name": (lambda k, p: k.forward(p, X, np.zeros((B, 4))), "dictionary"),
    "words as lengths": (lambda k, p: k.forward(p, X, lengths=["a", 1]), "no array of numbers"),
    "truths as lengths": (lambda k, p: k.forward(p, X, lengths=[True, False]), "whole numbers"),
    "half a mask": (lambda k, p: k.forward(p, X, mask=np.full((T, B), 0.5)), "0 and 1"),
    "ragged x under a mask": (lambda k, p: k.forward(p, RAGGED, lengths=[1]), "different lengths"),
    "text under a mask": (lambda k, p: k.forward(p, "text", lengths=[1]), "no array of numbers"),
    "rtrl of half the parameters": (lambda k, p: k.rtrl({}), "missing"),
    "rtrl of a wrong shape": (lambda k, p: k.rtrl({**p, next(iter(p)): np.ones(7)}), "shape"),
    "rtrl of an unknown state": (lambda k, p: k.rtrl(p, {"z": np.ones((B, 4))}), "no state 'z'"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_argument_is_one_sentence(what: str) -> None:
    call, words = WRONG[what]
    with pytest.raises(ShapeError, match=words):
        call(*network("elman"))


def test_a_network_that_reads_its_mask_takes_no_other() -> None:
    kernel = symrnn.compile(masked(symrnn.gru()), "numpy")
    mask = kernel.program.step_mask
    assert mask is not None
    with pytest.raises(ProgramError, match=f"takes its mask as the input '{mask.name}' already; "
                                           "leave out lengths= and mask="):
        kernel.forward({}, X, lengths=[1, 2])


def test_a_wrong_cotangent_leaves_the_learner_as_it_was() -> None:
    kernel, params = network("elman")
    learner, other = kernel.rtrl(params), kernel.rtrl(params)
    with pytest.raises(ShapeError, match="y_bar"):
        learner.step(X[0], np.ones((B, 9)))
    for one in (learner, other):
        one.step(X[0], np.ones((B, 4)))
    for name, array in learner.gradients().items():
        assert np.array_equal(array, other.gradients()[name])


@pytest.mark.parametrize(("bar", "words"), [
    ({"h": np.ones((4, 2))}, r"final_bar\['h'\]"), ({"z": np.ones((2, 4))}, "no final state 'z'")])
def test_the_learner_checks_the_last_cotangent(bar: dict[str, np.ndarray], words: str) -> None:
    kernel, params = network("elman")
    learner = kernel.rtrl(params)
    learner.step(X[0], np.ones((B, 4)))
    with pytest.raises(ShapeError, match=words):
        learner.gradients(bar)


def test_a_name_is_no_network() -> None:
    with pytest.raises(ProgramError, match=r"build one first, such as symrnn\.cell\('lstm'\)"):
        symrnn.compile("lstm")  # type: ignore[arg-type]
    with pytest.raises(ProgramError, match=r"layers is 2\.5"):
        symrnn.deep(symrnn.elman(), 2.5)  # type: ignore[arg-type]


def test_a_run_of_another_network_is_refused() -> None:
    (elman, params), (gru, others) = network("elman"), network("gru")
    with pytest.raises(ProgramError, match="another network, gru"):
        elman.backward(gru.forward(others, X), np.ones((T, B, 4)))
    with pytest.raises(ProgramError, match="another network"):
        elman.backward(gru.forward(others, X, lengths=[3, 5]), np.ones((T, B, 4)))
    with pytest.raises(ProgramError, match="the run that forward returned"):
        elman.backward(None, np.ones((T, B, 4)))  # type: ignore[arg-type]
    assert elman.backward(elman.forward(params, X, lengths=[3, 5]), np.ones((T, B, 4)))


@pytest.mark.parametrize("name", ["elman", "gru", "two_outputs"])
def test_cotangents_of_steps_that_do_not_count_may_be_anything(name: str) -> None:
    kernel, params = network(name)
    run = kernel.forward(params, X, lengths=[2, 5])
    outputs = run.y if isinstance(run.y, dict) else {"": run.y}
    bars = {key: np.ones_like(array) for key, array in outputs.items()}
    holes = {key: array.copy() for key, array in bars.items()}
    for array in holes.values():
        array[2:, 0] = np.nan
    whole, holed = (kernel.backward(run, one if len(one) > 1 else next(iter(one.values())))
                    for one in (bars, holes))
    for key, array in whole.items():
        assert np.array_equal(array, holed[key]), key


def test_a_held_output_keeps_its_cotangents() -> None:
    """A held output is the last one that counted, whose gradient it adds to."""
    kernel, params = network("elman", "hold")
    run = kernel.forward(params, X, lengths=[2, 5])
    bar = np.zeros((T, B, 4))
    bar[4, 0] = 1
    assert any(array.any() for array in kernel.backward(run, bar).values())


@pytest.mark.parametrize("name", ["elman", "gru"])
def test_derivatives_along_a_direction_take_lengths(name: str) -> None:
    """A tangent of a short sequence is that of the sequence cut short."""
    kernel, params = network(name)
    dots = {key: np.cos(array) for key, array in params.items()}
    y_dot, final_dot = kernel.jvp(params, X, dots, lengths=[2, 5])
    short, final = kernel.jvp(params, X[:2, :1], dots)
    assert np.allclose(y_dot[:2, :1], short) and not y_dot[2:, 0].any()
    assert np.allclose(final_dot["h"][:1], final["h"])
    bar = np.ones((T, B, 4))
    bar[2:, 0] = 0
    moved = kernel.hvp(params, X, bar, dots, lengths=[2, 5])
    parts = [kernel.hvp(params, X[:2, :1], bar[:2, :1], dots),
             kernel.hvp(params, X[:, 1:], bar[:, 1:], dots)]
    for key in params:
        assert np.allclose(moved[key], parts[0][key] + parts[1][key]), key


@pytest.mark.parametrize("call", ["forward", "truncated"])
def test_learned_states_are_overruled_by_name(call: str) -> None:
    kernel = symrnn.compile(symrnn.cell("elman", learned_initial=True), "numpy")
    params = symrnn.random_parameters(kernel.program, n=1, m=2, p=1)
    ways = {"forward": lambda given: kernel.forward(params, np.ones((3, 1, 1)), given),
            "truncated": lambda given: kernel.truncated(
                params, np.ones((3, 1, 1)), lambda y, steps: y, 2, given)}
    with pytest.raises(ShapeError, match=r"by its name in a dictionary \(h\), not in an array"):
        ways[call](np.ones((2, 2)))
