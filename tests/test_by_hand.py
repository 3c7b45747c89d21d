"""C called by hand: what a caller leaves out is NULL, and there may be no steps or no samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.checking.reference import Case, random_case
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import Program, Role, Span
from symrnn.schedule import Plan
from tests.by_hand import ByHand
from tests.cases import case

BY_NAME = {one.name: one.build for one in architectures()}
NAMES = ("look_ahead", "delayed_input", "two_steps_back", "constant_beside_steps", "constant_norm",
         "matrix_memory", "two_outputs", "scalar_parameters", "bidirectional_deep")
NETWORKS = {**BY_NAME, **{name: lambda name=name: case(name) for name in NAMES},
            "every option": lambda: symrnn.lstm(zoneout=True, dropout="recurrent", bias=2,
                                                learned_initial=True)}

each = pytest.mark.parametrize("name", NETWORKS)
profiles = pytest.mark.parametrize("profile", ["portable", "simd"])
Bars = dict[str, Any]


def cotangents(of: Case, final: bool) -> Bars:
    """The outputs' cotangents, and those of the final states where they are wanted."""
    bars = {one.of: of.values[one.name] for one in of.plan.gradient.with_role(Role.COTANGENT)}
    return {name: bar for name, bar in bars.items() if final or name in of.plan.program.outputs}


def finals(plan: Plan) -> dict[str, str]:
    return {one.final: one.state for one in plan.program.delays}


def first_values(of: Any) -> dict[str, Any]:
    """What states start with where a caller does not give them."""
    return {one.state: np.full_like(of.initial[one.state], float(one.start))
            for one in of.plan.program.delays}


def agree(found: Any, wanted: Any) -> None:
    assert found.keys() <= wanted.keys()
    for key, array in found.items():
        assert array.shape == wanted[key].shape, key
        assert np.allclose(array, wanted[key], rtol=1e-10, atol=1e-12), key


def setting(name: str, profile: str, steps: int = 5, batch: int = 3) -> tuple[Case, ByHand, Any]:
    program: Program = NETWORKS[name]()
    plan = derive(program)
    of = random_case(plan, steps=steps, batch=batch, smallest=5)
    return of, ByHand(plan, profile, of.sizes), compile(program, "numpy", "float64")


@pytest.mark.sweep
@profiles
@each
def test_a_state_that_is_not_given_starts_at_zero(name: str, profile: str) -> None:
    of, hand, kernel = setting(name, profile)
    zero = first_values(of)
    run = kernel.forward(of.parameters, of.inputs, zero)
    first, *others = [*of.initial, ""]
    for initial in (None, {}, {first: zero.get(first)}):
        for kind in ("forward", "infer"):
            for final in (None, hand.states(), hand.states(*others), hand.states(*of.initial)):
                outputs, _ = hand.forward(of, initial, final, kind)
                agree(outputs, run.outputs)
                agree(final or {}, run.final)


@pytest.mark.sweep
@profiles
@each
def test_a_gradient_that_is_null_is_not_wanted(name: str, profile: str) -> None:
    """Every other gradient, alone those of sequences, none at all; final cotangents of zero."""
    of, hand, kernel = setting(name, profile)
    zero = first_values(of)
    wanted = kernel.backward(kernel.forward(of.parameters, of.inputs, zero), of.y_bar)
    outputs, tape = hand.forward(of, None, None)
    every = [*wanted]
    sequences = [one for one in every if of.plan.program[one].span is Span.SEQUENCE]
    for names in (every, every[::2], every[1::2], sequences, [], *([one] for one in every[:3])):
        found = hand.backward(of, None, outputs, tape, cotangents(of, final=False), names)
        assert sorted(found) == sorted(names)
        agree(found, wanted)


@pytest.mark.sweep
@profiles
@each
def test_a_stream_may_begin_with_nothing_and_keep_nothing(name: str, profile: str) -> None:
    of, hand, kernel = setting(name, profile)
    if not of.plan.streams:
        pytest.skip("it reads its input in reverse")
    program = of.plan.program
    now = {key: one[0] if program[key].span is Span.SEQUENCE else one
           for key, one in of.inputs.items()}
    zero = first_values(of)
    y, following = kernel.step(of.parameters, now, zero)
    wanted = y if isinstance(y, dict) else {program.outputs[0]: y}
    for state in (None, {}, zero):
        for after in (None, {}, hand.states(*of.initial)):
            outputs = {one: hand.empty(*program[one].shape[1:]) for one in program.outputs}
            hand.call("step", "forward", of.parameters, hand.struct("inputs", now),
                      hand.struct("initial", state), hand.struct("outputs", outputs),
                      hand.struct("state", after))
            agree(outputs, wanted)
            agree(after or {}, following)


@pytest.mark.sweep
@pytest.mark.parametrize(("steps", "batch"), [(0, 2), (3, 0), (0, 0)])
@profiles
@each
def test_there_may_be_no_steps_and_no_samples(name: str, profile: str, steps: int, batch: int
                                              ) -> None:
    """States pass unchanged, and so do their cotangents; all other gradients are zero."""
    of, hand, kernel = setting(name, profile, steps, batch)
    run = kernel.forward(of.parameters, of.inputs, of.initial)
    wanted = kernel.backward(run, of.y_bar, of.final_bar)
    if not steps:
        agree(run.final, of.initial)
        agree({f"initial.{key}": one for key, one in of.final_bar.items()}, wanted)
    assert not any(one.any() for key, one in wanted.items() if not key.startswith("initial."))
    for kind in ("infer", "forward"):
        final = hand.states(*of.initial)
        outputs, tape = hand.forward(of, of.initial, final, kind)
        agree(final, run.final)
    agree(hand.backward(of, of.initial, outputs, tape, cotangents(of, final=True), [*wanted]),
          wanted)


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_kernels_in_python_know_no_steps_and_no_samples(backend: str) -> None:
    kernel = compile(symrnn.deep(symrnn.bidirectional(symrnn.gru(), readout=False), layers=1),
                     backend, "float64")
    sizes = {"n": 3, "m": 4, "q": 8, "m_1": 4, "q_1": 8, "p": 2}
    params = {name: np.ones([sizes[axis] for axis in one.axes])
              for name, one in kernel.parameters.items()}
    for shape in ((0, 2, 3), (4, 0, 3), (0, 0, 3)):
        run = kernel.forward(params, np.ones(shape))
        assert run.y.shape[:2] == shape[:2]
        assert kernel.infer(params, np.ones(shape))[0].shape == run.y.shape
        gradients = kernel.backward(run, np.ones_like(run.y))
        assert not any(one.any() for one in gradients.values())
        assert gradients["x"].shape == shape
        assert kernel.forward(params, np.ones(shape), lengths=[0] * shape[1]).y.size == 0
    streaming = compile(symrnn.gru(), backend, "float64")
    y, state = streaming.step({name: np.ones([sizes[axis] for axis in one.axes])
                               for name, one in streaming.parameters.items()}, np.ones((0, 3)))
    assert y.shape == state["h"].shape == (0, 4)
