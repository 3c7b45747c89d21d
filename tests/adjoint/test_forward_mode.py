"""The tangent of every hard program, and its agreement with the adjoint."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.adjoint import adjoint, join, tangent
from symrnn.cells.elman import elman
from symrnn.program import Program, Role, UnknownName
from tests.cases import CASES, case
from tests.oracle import (
    Values,
    complex_step,
    distance,
    drawn,
    ends,
    inner,
    interpret,
    leaves,
    partners,
)

every_case = pytest.mark.parametrize("name", CASES)
EXACT, SECOND_ORDER = 1e-12, 1e-10


def pushed(program: Program, values: Values, arrows: Values, onto: tuple[str, ...]) -> Values:
    """The tangents of some names along the arrows; whatever has no arrow does not move."""
    system = join(program, tangent(program, arrows))
    dots = {one.of: one.name for one in system.variables if one.of and one.name not in program}
    given = {
        one.name: arrows.get(one.of, np.zeros_like(values.get(one.of, 0.0)))
        for one in system.with_role(Role.TANGENT)
    }
    run = interpret(system, {**values, **given})
    return {name: run.whole(dots[name]) for name in onto if name in dots}


@every_case
def test_tangent_equals_complex_step(name: str) -> None:
    program = case(name)
    values, arrows = drawn(program), drawn(program, seed=1)
    found = pushed(program, values, arrows, ends(program))
    expected = complex_step(program, values, arrows, ends(program))
    assert found.keys() == expected.keys()
    for end in found:
        assert distance(found[end], expected[end]) < EXACT, end


@every_case
def test_adjoint_is_the_transpose_of_the_tangent(name: str) -> None:
    """<y~, J v> = <J^T y~, v>, to rounding of the terms of either sum."""
    program = case(name)
    system = join(program, adjoint(program))
    values, arrows = drawn(system), drawn(program, seed=3)
    along = {leaf: arrows[leaf] for leaf in leaves(program)}
    seeds = {
        end: values[bar] for end, bar in partners(system, Role.COTANGENT, ends(program)).items()
    }
    run = interpret(system, values)
    pulled = {
        leaf: run.whole(bar)
        for leaf, bar in partners(system, Role.GRADIENT, leaves(program)).items()
    }
    forward = inner(seeds, pushed(program, values, along, ends(program)))
    size = inner(
        {leaf: np.abs(array) for leaf, array in pulled.items()},
        {leaf: np.abs(array) for leaf, array in along.items()},
    )
    assert abs(forward - inner(pulled, along)) < EXACT * size


@every_case
def test_tangent_of_the_adjoint_gives_hessian_times_vector(name: str) -> None:
    program = case(name)
    system = join(program, adjoint(program))
    values = drawn(system)
    arrows = {leaf: drawn(program, seed=1)[leaf] for leaf in leaves(program)}
    bars = tuple(partners(system, Role.GRADIENT, leaves(program)).values())
    expected = complex_step(system, values, arrows, bars)
    found = pushed(system, values, arrows, bars)
    largest = max(np.abs(array).max(initial=0.0) for array in expected.values())
    for bar in bars:
        error = np.abs(found.get(bar, 0.0) - expected[bar]).max(initial=0.0)
        assert error <= SECOND_ORDER * largest, bar


@pytest.mark.parametrize("leaf", ["x", "initial.x", "W"])
def test_tangent_along_one_name_holds_the_others_still(leaf: str) -> None:
    program = case("delayed_input")
    values, arrows = drawn(program), drawn(program, seed=1)
    found = pushed(program, values, {leaf: arrows[leaf]}, ("c",))
    expected = complex_step(program, values, {leaf: arrows[leaf]}, ("c",))
    assert distance(found["c"], expected["c"]) < EXACT


def test_what_does_not_depend_on_the_chosen_names_has_no_tangent() -> None:
    program = case("deep_readout")
    derived = tangent(program, ["V"])
    assert {one.of for one in derived.variables if one.of} == {"V", "a_y", "y"}


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(UnknownName, match=r"elman has no 'q'; there are x, W, U, b"):
        tangent(elman(), ["q"])
