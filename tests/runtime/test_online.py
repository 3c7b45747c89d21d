"""Real-time recurrent learning against BPTT; the state's Jacobian against complex steps."""

from __future__ import annotations

import numpy as np
import pytest

import symrnn
from symrnn import ProgramError
from symrnn.checking.reference import STEP, Case
from symrnn.program.interpret import Interpreter
from symrnn.runtime import online
from tests.oracle import every_entry
from tests.runtime.test_forward_mode import (NETS, TOLERANCE, case_of, every_backend, kernel_of)

STREAMING = [name for name in NETS if name not in ("bidirectional", "look_ahead")]

every_stream = pytest.mark.parametrize("name", STREAMING)


def at(arrays: dict[str, np.ndarray], step: int) -> dict[str, np.ndarray]:
    return {name: array[step] for name, array in arrays.items()}


def bptt(case: Case, name: str, backend: str) -> dict[str, np.ndarray]:
    kernel = kernel_of(name, backend)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    return kernel.backward(run, case.y_bar, case.final_bar)


@every_stream
@every_backend
def test_rtrl_equals_bptt(name: str, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online, "AT_ONCE", 7)  # so that a parameter takes several batches
    case, kernel = case_of(name), kernel_of(name, backend)
    learner = kernel.rtrl(case.parameters, case.initial)
    for step in range(case.sizes["T"]):
        learner.step(at(case.inputs, step), at(case.y_bar, step))
    found, wanted = learner.gradients(case.final_bar), bptt(case, name, backend)
    assert set(found) == set(case.parameters)
    for key, array in found.items():
        assert np.abs(array - wanted[key]).max() <= TOLERANCE * np.abs(wanted[key]).max(), key


@every_backend
def test_the_sums_begin_anew_and_the_tangents_go_on(backend: str) -> None:
    """The parts of two halves add up to the whole."""
    case, kernel = case_of("gru_after"), kernel_of("gru_after", backend)
    learner, parts = kernel.rtrl(case.parameters, case.initial), []
    for step in range(case.sizes["T"]):
        learner.step(at(case.inputs, step), at(case.y_bar, step))
        parts.append(learner.gradients(case.final_bar if step + 1 == case.sizes["T"] else None))
        learner.clear()
    wanted = bptt(case, "gru_after", backend)
    for key in case.parameters:
        total = sum(part[key] for part in parts)
        assert np.abs(total - wanted[key]).max() <= TOLERANCE * np.abs(wanted[key]).max(), key


def test_a_loss_may_look_at_the_output() -> None:
    case, kernel = case_of("elman"), kernel_of("elman", "numpy")
    learner = kernel.rtrl(case.parameters, case.initial)
    for step in range(case.sizes["T"]):
        learner.step(at(case.inputs, step), lambda y: y - 1)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    wanted = kernel.backward(run, run.y - 1)
    for key, array in learner.gradients().items():
        assert np.allclose(array, wanted[key], rtol=1e-12, atol=1e-12)


@every_stream
@every_backend
def test_state_jacobian_equals_complex_steps(name: str, backend: str) -> None:
    case, kernel = case_of(name), kernel_of(name, backend)
    found = kernel.state_jacobian(case.parameters, at(case.inputs, 0), case.initial)
    program, sizes = case.plan.program, {**case.sizes, "T": 1}
    values = {**case.values, **{key: array[:1] for key, array in case.inputs.items()}}
    assert set(found) == {(new.state, old.state) for new in program.delays
                          for old in program.delays}
    for old in program.delays:
        start = values[old.initial]
        arrows = STEP * every_entry(start[0])[:, None]  # the same entry of all samples
        run = Interpreter(program, {**values, old.initial: start + 1j * arrows}, sizes)
        for new in program.delays:
            wanted = np.imag(run.whole(new.final)) / STEP
            jacobian = found[new.state, old.state]
            got = np.moveaxis(jacobian.reshape(*jacobian.shape[:-(start.ndim - 1)], -1), -1, 0)
            bound = TOLERANCE * max(1.0, np.abs(wanted).max())
            assert np.abs(got - wanted).max() <= bound, (new.state, old.state)


def test_a_reverse_direction_has_no_online_gradient() -> None:
    kernel = symrnn.compile(NETS["bidirectional"](), "numpy", "float64")
    with pytest.raises(ProgramError, match="reverse"):
        kernel.rtrl({})
    with pytest.raises(ProgramError, match="reverse"):
        kernel.state_jacobian({}, np.zeros((1, 2)))
