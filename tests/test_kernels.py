"""Every kernel (architecture x backend x type) against numbers that know nothing of it."""

from functools import cache

import numpy as np
import pytest
from sympy import Piecewise

from symrnn.cells import Architecture, architectures
from symrnn.checking.numeric import relative_error
from symrnn.checking.reference import (Case, along, complex_step_gradient, differentiable,
                                       interpreted_gradients, interpreted_values, random_case)
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import Pointwise, Program, Role
from symrnn.runtime import Kernel, Run

BY_NAME = {one.name: one for one in architectures()}
EPS = {dtype: float(np.finfo(dtype).eps) for dtype in ("float32", "float64")}

every_architecture = pytest.mark.parametrize("name", BY_NAME)
every_backend = pytest.mark.parametrize("backend", ["c", "numpy"])
every_type = pytest.mark.parametrize("dtype", ["float32", "float64"])


@cache
def case_of(name: str, seed: int = 3) -> Case:
    architecture: Architecture = BY_NAME[name]
    return random_case(derive(architecture.build()), seed=seed, steps=3)


@cache
def kernel_of(name: str, backend: str, dtype: str) -> Kernel:
    return compile(BY_NAME[name].build(), backend, dtype)


@cache
def complex_step(name: str) -> dict[str, np.ndarray]:
    case = case_of(name)
    return {one.name: complex_step_gradient(case, one.name)
            for one in differentiable(case.plan.program)}


def run_of(case: Case, kernel: Kernel, **changed: np.ndarray) -> Run:
    values = Case(case.plan, case.sizes, {**case.values, **changed})
    return kernel.forward(values.parameters, values.inputs, values.initial)


def gradients_of(case: Case, kernel: Kernel) -> dict[str, np.ndarray]:
    return kernel.backward(run_of(case, kernel), case.y_bar, case.final_bar)


@cache
def conditions(name: str) -> dict[str, float]:
    """How much gradients magnify a relative change of all that is given, entry by entry.

    One unit in the last place of what is given moves a gradient by so many: no kernel is nearer.
    """
    case, random, width = case_of(name), np.random.default_rng(0), 1e-9
    right = interpreted_gradients(case)
    moved = [interpreted_gradients(Case(case.plan, case.sizes, {
        key: one * (1 + width * random.choice([-1.0, 1.0], one.shape))
        for key, one in case.values.items()})) for _ in range(4)]
    return {key: max(relative_error(one[key], right[key]) for one in moved) / width
            for key in right}


def loss_of(case: Case, run: Run) -> float:
    outputs = sum(np.sum(bar * run.outputs[one].astype(float)) for one, bar in case.y_bar.items())
    finals = sum(np.sum(bar * run.final[one].astype(float)) for one, bar in case.final_bar.items())
    return float(outputs + finals)


def central_differences(case: Case, kernel: Kernel, name: str, step: float) -> np.ndarray:
    """The loss's gradient by one variable, entry by entry, through the kernel itself."""
    value, result = case.values[name], np.zeros(case.values[name].shape)
    for index in np.ndindex(*value.shape):
        ends = []
        for sign in (1, -1):
            moved = value.copy()
            moved[index] += sign * step
            ends.append(loss_of(case, run_of(case, kernel, **{name: moved})))
        result[index] = (ends[0] - ends[1]) / (2 * step)
    return result


@every_architecture
@every_backend
@every_type
def test_outputs_and_final_states_are_those_of_the_equations(
        name: str, backend: str, dtype: str) -> None:
    case, kernel = case_of(name), kernel_of(name, backend, dtype)
    run, program = run_of(case, kernel), case.plan.program
    values = {**run.outputs, **{one.final: run.final[one.source] for one in program.delays}}
    for key, wanted in interpreted_values(case).items():
        assert relative_error(values[key], wanted) < 64 * EPS[dtype], key


@every_architecture
@every_backend
@every_type
def test_every_gradient_is_that_of_complex_steps(name: str, backend: str, dtype: str) -> None:
    gradients = gradients_of(case_of(name), kernel_of(name, backend, dtype))
    bound = 1e-12 if dtype == "float64" else 100 * EPS[dtype]
    assert sorted(gradients) == sorted(complex_step(name))
    for key, wanted in complex_step(name).items():
        assert np.any(wanted), f"{key} does not matter in this case: it tests nothing"
        assert relative_error(gradients[key], wanted) < bound, key


# Steps from large to tiny, and what the best one reaches: about the 2/3 power of the rounding
# unit (4e-11 and 2e-5) times the third derivative, for which two orders are left.
SWEEP = {"float64": ((1e-2, 1e-4, 1e-5, 1e-6, 1e-10), 4e-9),
         "float32": ((0.5, 3e-2, 3e-3, 3e-4, 1e-6), 4e-3)}


@pytest.mark.sweep
@every_architecture
@every_backend
@every_type
def test_central_differences_approach_every_gradient_and_turn_away_again(
        name: str, backend: str, dtype: str) -> None:
    """The error falls with the square of the step, then rises as rounding takes over: a V.

    A loss that is nearly linear in a variable has hardly a truncation error, so that the left
    arm is missing. Where a step crosses a kink, the error falls with the step alone: a cell that
    has kinks may fail at one point, where a kink is near, and not at the other as well.
    """
    faults: list[list[tuple]] = []
    for seed in (3, 4) if kinked(case_of(name).plan.program) else (3,):
        faults.append(without_a_v(case_of(name, seed), kernel_of(name, backend, dtype), dtype))
        if not faults[-1]:
            return
    raise AssertionError(faults)


def kinked(program: Program) -> bool:
    """True where some function of the cell has branches."""
    return any(isinstance(node, Piecewise) or node.activation.definition.has(Piecewise)
               for one in program.equations for node in one.rhs.atoms(Piecewise, Pointwise))


def without_a_v(case: Case, kernel: Kernel, dtype: str) -> list[tuple]:
    """The variables whose differences do not come near, or do not turn away again."""
    gradients = {key: one.astype(float) for key, one in gradients_of(case, kernel).items()}
    (steps, reached), found = SWEEP[dtype], []
    for one in differentiable(case.plan.program):
        large, *middle, tiny = (
            relative_error(central_differences(case, kernel, one.name, step), gradients[one.name])
            for step in steps)
        best, nearly_linear = min(middle), large < reached
        if not (min(large, best) < reached and best < tiny and (nearly_linear or best < large)):
            found.append((one.name, large, middle, tiny))
    return found


@every_architecture
@every_backend
@every_type
def test_the_backward_pass_is_the_transpose_of_the_derivative(
        name: str, backend: str, dtype: str) -> None:
    """<y_bar, J v> = <J^T y_bar, v> for a direction v in all variables at once."""
    case = case_of(name)
    gradients = gradients_of(case, kernel_of(name, backend, dtype))
    random = np.random.default_rng(8)
    directions = {one.name: random.normal(size=case.values[one.name].shape)
                  for one in differentiable(case.plan.program)}
    products = [gradients[key] * one for key, one in directions.items()]
    pulled, size = (sum(float(np.sum(one)) for one in some)
                    for some in (products, map(np.abs, products)))
    assert abs(float(along(case, directions)) - pulled) < 20 * EPS[dtype] * size


@every_architecture
@every_type
def test_c_and_numpy_agree_to_a_few_units(name: str, dtype: str) -> None:
    case = case_of(name)
    c, numpy = (kernel_of(name, backend, dtype) for backend in ("c", "numpy"))
    first, second = run_of(case, c), run_of(case, numpy)
    for key in first.outputs:
        wanted = second.outputs[key].astype(float)
        assert relative_error(first.outputs[key], wanted) < 8 * EPS[dtype]
    gradients = gradients_of(case, numpy)
    for key, got in gradients_of(case, c).items():
        units = relative_error(got, gradients[key].astype(float)) / EPS[dtype]
        assert units < 40 or units < conditions(name)[key], key


@every_architecture
@every_backend
def test_streaming_steps_give_the_sequence(name: str, backend: str) -> None:
    case, kernel = case_of(name), kernel_of(name, backend, "float64")
    if not case.plan.streams:
        with pytest.raises(ValueError, match="in reverse"):
            kernel.step(case.parameters, {key: one[0] for key, one in case.inputs.items()})
        return
    run, state = run_of(case, kernel), case.initial
    for step in range(case.sizes["T"]):
        now = {key: one[step] for key, one in case.inputs.items()}
        y, state = kernel.step(case.parameters, now, state)
        np.testing.assert_allclose(y, run.y[step], rtol=0, atol=8 * EPS["float64"])
    for key, value in state.items():
        np.testing.assert_allclose(value, run.final[key], rtol=0, atol=8 * EPS["float64"])


@every_architecture
@every_backend
@every_type
def test_saturated_gates_overflow_nowhere(name: str, backend: str, dtype: str) -> None:
    """Pre-activations of several hundred: finite values and gradients, no warning."""
    case, kernel = case_of(name), kernel_of(name, backend, dtype)
    loud = {one.name: 500 * case.values[one.name]
            for one in case.plan.program.with_role(Role.INPUT)}
    with np.errstate(over="raise", invalid="raise"):
        run = run_of(case, kernel, **loud)
        gradients = kernel.backward(run, case.y_bar, case.final_bar)
    assert all(np.all(np.isfinite(one)) for one in (*run.outputs.values(), *gradients.values()))


@every_backend
def test_sizes_of_one_work(backend: str) -> None:
    case = case_of("lstm")
    one = {key: np.ones([1] * value.ndim) for key, value in case.values.items()}
    small = Case(case.plan, dict.fromkeys(case.sizes, 1), one)
    gradients = gradients_of(small, kernel_of("lstm", backend, "float64"))
    for key in gradients:
        assert relative_error(gradients[key], complex_step_gradient(small, key)) < 1e-12
