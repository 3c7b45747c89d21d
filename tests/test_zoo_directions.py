"""Every cell forwards in direction, at second order and online: against BPTT and complex steps."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from symrnn.cells import architectures
from symrnn.checking.reference import Case, along, differentiable, random_case
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import Role
from symrnn.runtime import Kernel
from tests.cases import built

BY_NAME = {one.name: one for one in architectures()}
STREAMING = [name for name in BY_NAME if derive(built(name)).streams]
TOLERANCE = 1e-9  # sums over all entries, of normalised cells too

every_cell = pytest.mark.parametrize("name", BY_NAME)


@cache
def made(name: str) -> tuple[Kernel, Case]:
    program = built(name)
    return compile(program, "numpy", "float64"), random_case(derive(program), 3, steps=3)


def directions(case: Case) -> dict[str, Any]:
    random = np.random.default_rng(11)
    return {one.name: random.normal(size=case.values[one.name].shape)
            for one in differentiable(case.plan.program)}


def as_arguments(case: Case, dots: dict[str, Any]) -> dict[str, Any]:
    program = case.plan.program
    return {"params_dot": {one.name: dots[one.name] for one in program.with_role(Role.PARAMETER)},
            "x_dot": {one.name: dots[one.name] for one in program.with_role(Role.INPUT)},
            "initial_dot": {one.state: dots[one.initial] for one in program.delays
                            if one.initial in dots}}


def by_name(value: Any, case: Case) -> dict[str, Any]:
    return value if isinstance(value, dict) else {case.plan.program.outputs[0]: value}


def inner(a: dict[str, Any], b: dict[str, Any]) -> float:
    return float(sum(np.sum(a[key] * b[key]) for key in a))


@every_cell
def test_a_tangent_is_the_complex_step_and_the_adjoint_its_transpose(name: str) -> None:
    kernel, case = made(name)
    dots = directions(case)
    y_dot, final_dot = kernel.jvp(case.parameters, case.inputs, initial=case.initial,
                                  **as_arguments(case, dots))
    found = inner(case.y_bar, by_name(y_dot, case)) + inner(case.final_bar, final_dot)
    steps = float(along(case, dots))
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    gradients = kernel.backward(run, case.y_bar, case.final_bar)
    scale = sum(float(np.sum(np.abs(gradients[key] * dots[key]))) for key in dots)
    assert abs(found - steps) < TOLERANCE * scale
    assert abs(found - inner(dots, gradients)) < TOLERANCE * scale


@every_cell
def test_the_hessian_is_the_difference_of_gradients(name: str) -> None:
    kernel, case = made(name)
    dots, step = directions(case), 1e-6
    found = kernel.hvp(case.parameters, case.inputs, case.y_bar, initial=case.initial,
                       final_bar=case.final_bar, **as_arguments(case, dots))

    def gradients(sign: int) -> dict[str, Any]:
        moved = {key: value + sign * step * dots[key] if key in dots else value
                 for key, value in case.values.items()}
        there = Case(case.plan, case.sizes, moved)
        run = kernel.forward(there.parameters, there.inputs, there.initial)
        return kernel.backward(run, case.y_bar, case.final_bar)

    above, below = gradients(1), gradients(-1)
    for key, array in found.items():
        wanted = (above[key] - below[key]) / (2 * step)
        assert np.abs(array - wanted).max() < 1e-5 * max(1, np.abs(wanted).max()), key


@pytest.mark.parametrize("name", STREAMING)
def test_gradients_carried_forwards_are_those_of_bptt(name: str) -> None:
    kernel, case = made(name)
    learner = kernel.rtrl(case.parameters, case.initial)
    for step in range(case.sizes["T"]):
        learner.step({key: array[step] for key, array in case.inputs.items()},
                     {key: array[step] for key, array in case.y_bar.items()})
    found = learner.gradients(case.final_bar)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    wanted = kernel.backward(run, case.y_bar, case.final_bar)
    for key, array in found.items():
        assert np.abs(array - wanted[key]).max() < 1e-10 * max(1, np.abs(wanted[key]).max()), key


@pytest.mark.parametrize("name", STREAMING)
def test_the_state_jacobian_is_the_tangent_of_one_step(name: str) -> None:
    kernel, case = made(name)
    inputs = {key: array[:1] for key, array in case.inputs.items()}
    found = kernel.state_jacobian(case.parameters, {key: array[0] for key, array in inputs.items()},
                                  case.initial)
    random = np.random.default_rng(5)
    dots = {key: random.normal(size=array.shape) for key, array in case.initial.items()}
    _, wanted = kernel.jvp(case.parameters, inputs, initial=case.initial, initial_dot=dots)
    for new, array in wanted.items():
        batch = array.shape[0]
        total = sum(np.einsum("bij,bj->bi", found[new, old].reshape(batch, array[0].size, -1),
                              dots[old].reshape(batch, -1)) for old in dots)
        assert np.allclose(total, array.reshape(batch, -1), rtol=1e-10, atol=1e-12), new
