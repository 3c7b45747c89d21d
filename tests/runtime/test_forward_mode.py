"""Forward mode and second order through kernels: against complex steps, and against BPTT."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

import symrnn
from symrnn import Kernel, Program, ShapeError
from symrnn.adjoint import join
from symrnn.checking.reference import STEP, Case, random_case
from symrnn.pipeline import derive
from symrnn.program.interpret import Interpreter
from tests.cases import BUILDERS

NETS: dict[str, Callable[[], Program]] = {
    "elman": symrnn.elman,
    "lstm_peephole": lambda: symrnn.lstm(peephole=True),
    "gru_before": lambda: symrnn.gru(reset_after=False),
    "gru_after": lambda: symrnn.gru(reset_after=True),
    "deep": lambda: symrnn.deep(symrnn.lstm(), layers=2),
    "bidirectional": lambda: symrnn.bidirectional(symrnn.gru()),
    **{name: BUILDERS[name] for name in ("layer_norm", "matrix_memory", "scalar_parameters",
                                         "delayed_input", "look_ahead", "softmax",
                                         "two_outputs", "constant_beside_steps",
                                         "constant_norm", "constant_matrix")},
}
TOLERANCE = 1e-12

every_net = pytest.mark.parametrize("name", NETS)
every_backend = pytest.mark.parametrize("backend", ["c", "numpy"])


@cache
def case_of(name: str) -> Case:
    return random_case(derive(NETS[name]()), seed=5)


@cache
def kernel_of(name: str, backend: str) -> Kernel:
    return symrnn.compile(NETS[name](), backend, "float64")


def arrows_of(case: Case, seed: int = 8) -> Case:
    """A direction for everything given, as another case of the same shapes."""
    return random_case(case.plan, seed)


def moved(case: Case, arrows: Case) -> dict[str, np.ndarray]:
    """The case's values, an imaginary step along the arrows (cotangents stay)."""
    leaves = [one.name for one in case.plan.program.variables if one.name in arrows.values
              and one.name in case.values and one.role.name not in ("MASK", "STEP_MASK")]
    return {**case.values,
            **{name: case.values[name] + 1j * STEP * arrows.values[name] for name in leaves}}


def stepped(case: Case, arrows: Case) -> dict[str, np.ndarray]:
    """Derivatives of outputs, final states and gradients along the arrows, by complex step."""
    both = join(case.plan.program, case.plan.gradient)
    run = Interpreter(both, moved(case, arrows), case.sizes)
    names = (*both.outputs, *(one.final for one in both.delays))
    return {name: np.imag(run.whole(name)) / STEP for name in names}


def close(found: np.ndarray, wanted: np.ndarray, scale: float) -> bool:
    return bool(np.abs(found - wanted).max() <= TOLERANCE * scale)


def jvp_of(case: Case, kernel: Kernel, arrows: Case) -> tuple[dict, dict]:
    y_dot, final_dot = kernel.jvp(case.parameters, case.inputs, arrows.parameters, arrows.inputs,
                                  case.initial, arrows.initial)
    outputs = case.plan.program.outputs
    return (y_dot if len(outputs) > 1 else {outputs[0]: y_dot}), final_dot


def hvp_of(case: Case, kernel: Kernel, arrows: Case) -> dict[str, np.ndarray]:
    return kernel.hvp(case.parameters, case.inputs, case.y_bar, arrows.parameters, arrows.inputs,
                      case.initial, arrows.initial, case.final_bar)


@every_net
@every_backend
def test_jvp_equals_the_complex_step(name: str, backend: str) -> None:
    case = case_of(name)
    arrows = arrows_of(case)
    wanted = stepped(case, arrows)
    y_dot, final_dot = jvp_of(case, kernel_of(name, backend), arrows)
    finals = {one.state: one.final for one in case.plan.program.delays}
    found = {**y_dot, **{finals[state]: array for state, array in final_dot.items()}}
    assert set(found) == {*case.plan.program.outputs, *finals.values()}
    for key, array in found.items():
        assert close(array, wanted[key], np.abs(wanted[key]).max()), key


@every_net
@every_backend
def test_jvp_is_the_transpose_of_bptt(name: str, backend: str) -> None:
    """<y~, J v> = <J^T y~, v>, with J^T y~ from backward."""
    case, kernel = case_of(name), kernel_of(name, backend)
    arrows = arrows_of(case)
    y_dot, final_dot = jvp_of(case, kernel, arrows)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    gradients = kernel.backward(run, case.y_bar, case.final_bar)
    terms = [gradients[key] * arrows.values[key] for key in gradients]
    left = sum(np.sum(bar * y_dot[key]) for key, bar in case.y_bar.items())
    left += sum(np.sum(bar * final_dot[key]) for key, bar in case.final_bar.items())
    scale = sum(np.abs(one).sum() for one in terms)
    assert abs(left - sum(one.sum() for one in terms)) <= TOLERANCE * scale


@every_net
@every_backend
def test_hvp_equals_the_complex_step_of_the_gradient(name: str, backend: str) -> None:
    case = case_of(name)
    arrows = arrows_of(case)
    wanted = stepped(case, arrows)
    found = hvp_of(case, kernel_of(name, backend), arrows)
    owners = {one.of: one.name for one in case.plan.gradient.variables
              if one.role.name == "GRADIENT"}
    assert set(found) == set(owners)
    scale = max(np.abs(wanted[key]).max() for key in owners.values())
    for key, array in found.items():
        own = np.abs(wanted[owners[key]]).max()
        assert close(array, wanted[owners[key]], own or scale), key


@every_net
@every_backend
def test_hessian_is_symmetric(name: str, backend: str) -> None:
    """<u, H v> = <v, H u>."""
    case, kernel = case_of(name), kernel_of(name, backend)
    u, v = arrows_of(case, 8), arrows_of(case, 9)
    along_v, along_u = hvp_of(case, kernel, v), hvp_of(case, kernel, u)
    one = [along_v[key] * u.values[key] for key in along_v]
    other = [along_u[key] * v.values[key] for key in along_u]
    scale = sum(np.abs(part).sum() for part in one)
    assert abs(sum(map(np.sum, one)) - sum(map(np.sum, other))) <= TOLERANCE * scale


@every_backend
def test_tangents_that_are_not_given_are_zero(backend: str) -> None:
    case, kernel = case_of("gru_after"), kernel_of("gru_after", backend)
    y_dot, final_dot = kernel.jvp(case.parameters, case.inputs)
    assert not np.any(y_dot) and not np.any(final_dot["h"])
    one = {"U_z": arrows_of(case).parameters["U_z"]}
    zero = {key: np.zeros_like(array) for key, array in case.parameters.items()}
    short = kernel.jvp(case.parameters, case.inputs, one)[0]
    assert np.any(short)
    assert np.array_equal(short, kernel.jvp(case.parameters, case.inputs, {**zero, **one})[0])


def test_a_wrong_tangent_is_named() -> None:
    case, kernel = case_of("elman"), kernel_of("elman", "numpy")
    with pytest.raises(ShapeError, match="tangent of W"):
        kernel.jvp(case.parameters, case.inputs, {"W": np.zeros(3)})
    with pytest.raises(ShapeError, match="no parameter 'Q'"):
        kernel.hvp(case.parameters, case.inputs, case.y_bar, {"Q": np.zeros(3)})
