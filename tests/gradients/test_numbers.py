"""Closed forms, Jacobians, Hessians and sums over paths are the gradient, to 1e-12."""

from __future__ import annotations

import numpy as np
import pytest

import symrnn
from symrnn.adjoint import join
from symrnn.gradients import Gradient, gradient
from symrnn.losses import LOSSES, with_loss
from symrnn.pipeline import derive
from symrnn.program import Program, Role, Span
from symrnn.program.interpret import Interpreter
from tests.gradients.numbers import STEPS, Reading, close, drawn, of_run

CELLS = sorted(symrnn.cell_names())
MOST = 3  # parameters of each cell by which a sweep differentiates
every_cell = pytest.mark.sweep


def some_parameters(program: Program) -> list[str]:
    """The first parameter, the last, and one between them."""
    names = [one.name for one in program.with_role(Role.PARAMETER)
             if one.name in {each.of for each in derive(program).gradient.with_role(Role.GRADIENT)}]
    return list(dict.fromkeys((*names[:1], *names[len(names) // 2:][:1], *names[-1:])))


def run_of(found: Gradient, steps: int = STEPS) -> Interpreter:
    """A gradient on random numbers; cotangents that are zero are given as zero."""
    run = drawn(join(found.program, found.shown), steps)
    for one in found.shown.with_role(Role.COTANGENT):
        if found.of not in ("L", one.of):
            run.given[one.name] = np.zeros_like(run.given[one.name])
    return run


def closed_form_is_right(program: Program, wrt: str, of: str = "L") -> None:
    found = gradient(program, wrt, of)
    run = run_of(found)
    for view in (found, found.closed):
        reading = Reading(view.equations, of_run(run), run.sizes)
        if program[wrt].span is Span.SEQUENCE:
            for step in range(STEPS):
                assert close(reading.array(found.target, step + 1), run.at(found.target, step)[0])
        else:
            expected = run.whole(found.target)
            assert close(reading.array(found.target),
                         expected[0] if program[wrt].span is Span.BATCH else expected)


@pytest.mark.parametrize("name", ["elman", "lstm", "gru", "taugru", "clockwork"])
def test_the_closed_form_is_the_gradient(name: str) -> None:
    program = symrnn.cell(name)
    for wrt in (*some_parameters(program), "x", program.delays[0].initial):
        closed_form_is_right(program, wrt)


@every_cell
@pytest.mark.parametrize("name", CELLS)
def test_the_closed_form_of_every_cell_is_the_gradient(name: str) -> None:
    program = symrnn.cell(name)
    for wrt in some_parameters(program):
        closed_form_is_right(program, wrt)


def test_a_gradient_of_a_final_state_and_of_a_state() -> None:
    program = symrnn.lstm()
    closed_form_is_right(program, "W_f", "final.c")
    closed_form_is_right(program, "W_f", "c_t")
    closed_form_is_right(program, "initial.c", "h_t")


def test_a_gradient_of_a_state_is_what_complex_steps_give() -> None:
    """The memory is no output: nothing but this derivation knows its gradient."""
    found = gradient(symrnn.lstm(), "U_f", "c")
    run = run_of(found)
    expected = np.zeros((2, 2))
    for entry in np.ndindex(2, 2):
        moved = run.given["U_f"].astype(complex)
        moved[entry] += 1e-30j
        c = Interpreter(run.program, {**run.given, "U_f": moved}, run.sizes).whole("c")
        expected[entry] = np.sum(run.whole("Delta_c") * c.imag) / 1e-30
    assert close(run.whole(found.target), expected)
    assert "Δ^c[t] = ∂L/∂c[t]" in str(found)


def jacobians_are_right(program: Program) -> None:
    run = drawn(program, steps=1)
    for delay in program.delays:
        for other in program.delays:
            if program.definition(other.source) is None or program[other.source].stands_for:
                continue
            found = symrnn.gradient(program).jacobian(
                other.source, delay.lhs)
            shape = [*run.at(other.source, 0)[0].shape, *run.at(delay.lhs, 0)[0].shape]
            got = (Reading(found.equations, of_run(run), run.sizes).array(
                found.equations[0].lhs.base.name, 1) if found.target else np.zeros(shape))
            assert close(got, complex_steps(run, other.source, delay.initial).reshape(shape))


def complex_steps(run: Interpreter, of: str, by: str) -> np.ndarray:
    """The derivative of one step, found without any rule."""
    columns = []
    for entry in np.ndindex(run.given[by].shape):
        moved = run.given[by].astype(complex)
        moved[entry] += 1e-30j
        there = Interpreter(run.program, {**run.given, by: moved}, run.sizes)
        found = np.asarray(there.at(of, 0)).imag / 1e-30
        columns.append(found if run.program[of].span is Span.CONSTANT else found[0])
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("name", ["elman", "lstm", "gru", "lru", "bidirectional_rnn"])
def test_a_jacobian_is_what_complex_steps_give(name: str) -> None:
    jacobians_are_right(symrnn.cell(name))


@every_cell
@pytest.mark.parametrize("name", CELLS)
def test_the_jacobians_of_every_cell(name: str) -> None:
    jacobians_are_right(symrnn.cell(name))


def hessian_is_right(program: Program, wrt: str, by: str) -> None:
    found = symrnn.gradient(program, wrt).hessian(by)
    both = join(program, derive(program).gradient)
    run = drawn(both)
    if not found.target:
        assert not found.equations and str(found).splitlines()[0].endswith("= 0")
    got = (Reading(found.equations, of_run(run), run.sizes).array(found.target) if found.target
           else np.zeros((*run.given[wrt].shape, *run.given[by].shape)))
    target = symrnn.gradient(program, wrt).target
    columns = []
    for entry in np.ndindex(run.given[by].shape):
        moved = run.given[by].astype(complex)
        moved[entry] += 1e-30j
        there = Interpreter(both, {**run.given, by: moved}, run.sizes)
        columns.append(there.whole(target).imag / 1e-30)
    assert close(got, np.stack(columns, axis=-1).reshape(got.shape))


@pytest.mark.parametrize(("name", "wrt", "by"), [
    ("elman", "U", "U"), ("elman", "W", "b"), ("lstm", "W_f", "W_f"), ("gru", "b_z", "U_n"),
    ("elman", "V", "b_y")])
def test_a_hessian_is_what_complex_steps_of_the_gradient_give(name: str, wrt: str, by: str) -> None:
    hessian_is_right(symrnn.cell(name), wrt, by)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_hessian_of_a_given_loss_counts_its_curvature(loss: str) -> None:
    program = with_loss(symrnn.elman(), LOSSES[loss]())
    hessian_is_right(program, "U", "b")
    hessian_is_right(program, "b_y", "b_y")


@every_cell
@pytest.mark.parametrize("name", CELLS)
def test_a_hessian_of_every_cell(name: str) -> None:
    program = symrnn.cell(name)
    smallest = min(some_parameters(program), key=lambda one: len(program[one].axes))
    if symrnn.gradient(program, smallest).target:
        hessian_is_right(program, smallest, smallest)


def paths_are_right(program: Program, wrt: str, of: str, steps: int) -> None:
    """The sum of all paths is the gradient of as many steps, final states included."""
    found = symrnn.gradient(program, wrt, of)
    run = run_of(found, steps)
    system = found.unrolled(steps).equations
    expected = run.whole(found.target)
    got = Reading(system, of_run(run), run.sizes).array(found.target)
    assert close(got, expected[0] if program[wrt].span is Span.BATCH else expected)


@pytest.mark.parametrize(("name", "wrt", "of", "steps"), [
    ("elman", "U", "L", 3), ("lstm", "W_f", "L", 3), ("gru", "b_n", "final.h", 3),
    ("lstm", "initial.c", "h_t", 2), ("lstm", "b_i", "c_t", 3), ("taugru", "W_2", "L", 3),
    ("bidirectional_rnn", "V_f", "L", 2)])
def test_the_sum_over_paths_is_the_gradient(name: str, wrt: str, of: str, steps: int) -> None:
    paths_are_right(symrnn.cell(name), wrt, of, steps)


@every_cell
@pytest.mark.parametrize("name", CELLS)
def test_the_sum_over_paths_of_every_cell(name: str) -> None:
    program = symrnn.cell(name)
    paths_are_right(program, some_parameters(program)[0], "L", 2)
