"""The numbers that a page links to are a test vector: kernels of NumPy and C reproduce them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.adjoint import with_terms
from symrnn.backends.javascript import array_names
from symrnn.catalogue import find
from symrnn.checking.reference import Case
from symrnn.documents.backward import backward
from symrnn.documents.equations import Equations
from symrnn.documents.example import worked_example
from symrnn.documents.flow import gradient_flow
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import Program, Role
from tests.documents.conftest import CELLS

LESSONS = [(name, lesson) for name in CELLS for lesson in find(name).lessons]
EACH = pytest.mark.parametrize("backend", ["numpy", "c"])


def vector(files: dict[str, str], name: str) -> Any:
    return json.loads(files[f"kernels/{name}.json"])


def read(program: Program, data: Any) -> tuple[Case, dict[str, Any], dict[str, Any]]:
    """The case that a file gives, the outputs and final states in it, and the gradients."""
    plan, sizes = derive(program), data["sizes"]
    variables = {one.name: one for each in (plan.gradient, plan.program) for one in each.variables}

    def arrays(group: str) -> dict[str, Any]:
        return {name: np.array(data[group][own]).reshape(
            [sizes.get(axis) or int(axis) for axis in variables[name].shape])
            for name, own in array_names(plan)[group].items()
            if name in variables and own in data[group]}

    given = {name: one for group in ("parameters", "inputs", "initial", "bars")
             for name, one in arrays(group).items()}
    wanted = arrays("values")
    gradients = arrays("gradients")
    return (Case(plan, sizes, given),
            {name: wanted[name] for name in (*program.outputs,
                                             *(one.final for one in program.delays))},
            {one.of: gradients[one.name] for one in plan.gradient.with_role(Role.GRADIENT)})


def held(program: Program, backend: str, data: Any) -> None:
    case, wanted, gradients = read(program, data)
    profile = {"profile": "portable"} if backend == "c" else {}
    kernel = compile(program, backend, "float64", **profile)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    finals = {one.final: run.final[one.state] for one in program.delays}
    found = {**run.outputs, **finals, **kernel.backward(run, case.y_bar, case.final_bar)}
    assert {*wanted, *gradients} <= {*found}
    for name, array in {**wanted, **gradients}.items():
        largest = np.max(np.abs(array), initial=1e-3)
        assert np.max(np.abs(found[name] - array), initial=0) <= 1e-12 * largest, name


@EACH
@pytest.mark.parametrize("name", ["elman", "lstm", "bidirectional_rnn"])
def test_kernels_reproduce_the_vector_of_a_page(files: dict[str, str], name: str, backend: str
                                                ) -> None:
    held(symrnn.cell(name), backend, vector(files, name))


@EACH
@pytest.mark.parametrize(("name", "lesson"), LESSONS, ids=[name for name, _ in LESSONS])
def test_kernels_reproduce_the_vector_of_a_lesson(files: dict[str, str], name: str, lesson: Any,
                                                  backend: str) -> None:
    data = vector(files, f"lessons/{name}_{lesson.name}")
    program = find(name).build(**lesson.options)
    held(program, backend, data)
    (output,) = program.outputs
    shown = np.array(data["values"][output]).reshape(np.shape(lesson.outputs))
    assert np.max(np.abs(shown - lesson.outputs)) <= lesson.bound


def test_both_lessons_of_the_lecture_have_pages() -> None:
    assert [name for name, _ in LESSONS] == ["elman", "lstm"]


@pytest.mark.parametrize("name", ["lstm", "gru", "mlstm"])
def test_terms_add_up_to_their_equation(name: str) -> None:
    plan = derive(symrnn.cell(name))
    found = with_terms(plan.gradient, plan.program)
    equations = {one.lhs: one for one in found.program.equations}
    for one in plan.gradient.equations:
        names = found.names[one.lhs]
        assert len(names) == len(one.terms)
        own = [equations[found.at_steps.get(part, part)].rhs for part in names]
        assert len(names) == 1 or own == [*one.terms]
        if len(names) > 1:
            assert list(equations[one.lhs].reads) == list(names)
            assert equations[one.lhs].number == one.number
        elif one.lhs not in found.at_steps:
            assert equations[one.lhs] == one
        else:
            assert own == [one.rhs]


@pytest.mark.parametrize("name", ["elman", "lru"])
def test_the_term_of_a_step_stands_beside_the_sum_over_time(name: str) -> None:
    plan = derive(symrnn.cell(name))
    worked = worked_example(plan, name)
    forward, gradient = (Equations(one) for one in (plan.program, plan.gradient))
    sums = 0
    for derived in backward(forward, gradient, worked).gradients:
        for step in derived.steps:
            if not step.total:
                continue
            (total,), sums = step.total, sums + 1
            assert len(step.value.at_steps) == len(worked.steps) and len(total.at_steps) == 1
            assert np.allclose(sum(map(np.array, step.value.at_steps)), total.at_steps[0])
            assert not np.allclose(step.value.at_steps[0], total.at_steps[0])
    assert sums == {"elman": 5, "lru": 5}[name]


def test_all_pages_have_one_script_of_a_network() -> None:
    """The page of Elman's network and those that compare themselves with it load one file."""
    own = worked_example(derive(symrnn.cell("elman")), "elman").script
    beside = gradient_flow(worked_example(derive(symrnn.lstm()), "lstm"))
    assert {one.text for curves in beside.curves for one in curves.further
            if one.path == own.path} == {own.text}
