"""The dependency graph: components and the two orders of time that cannot be scanned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import t
from symrnn.program import Program, ProgramError
from symrnn.schedule.graph import bound_names, components, dependencies
from tests.cases import CASES, case


def both_ways() -> Program:
    """A state that waits for the step before and for the step after."""
    with Cell("both_ways", "Both ways") as cell:
        h, g = cell.state("h[m]", "state"), cell.state("g[m]", "state")
        u, x = cell.parameter("u[m]", "coefficient"), cell.input("x[m]", "input")
        h[t] = u * h[t - 1] + g[t + 1] + x[t]
        g[t] = u * h[t]
    return cell.build("h")


def test_cycle_with_both_signs_of_time_is_named() -> None:
    with pytest.raises(
        ProgramError, match=r"both_ways: g, .*h.* depend on both directions of time"
    ):
        components(both_ways())


def test_cycle_without_a_delay_is_named() -> None:
    program = case("two_outputs")
    h, y = program.equations[-2:]
    tied = replace(
        program, equations=(*program.equations[:-2], replace(h, rhs=program["y"].symbol), y)
    )
    with pytest.raises(
        ProgramError, match="two_outputs: h, y depend on each other within one step"
    ):
        components(tied)


def test_equation_that_reads_itself_is_a_cycle() -> None:
    program = case("two_outputs")
    y = program.equations[-1]
    with pytest.raises(ProgramError, match="two_outputs: y depend on each other within one step"):
        components(
            replace(
                program, equations=(*program.equations[:-1], replace(y, rhs=program["y"].symbol))
            )
        )


@pytest.mark.parametrize("name", CASES)
def test_components_part_the_bound_names(name: str) -> None:
    program = case(name)
    found = [one for component in components(program) for one in component.names]
    assert sorted(found) == sorted(bound_names(program))


@pytest.mark.parametrize("name", CASES)
def test_component_with_a_direction_is_closed_through_its_delays(name: str) -> None:
    program, needs = case(name), dependencies(case(name))
    for component in components(program):
        inside = [delay for delay in program.delays if delay.lhs in component.names]
        assert bool(component.step) == (len(component.names) > 1)
        assert not component.step or {delay.step for delay in inside} == {component.step}
        assert not component.step or all(needs[one] & component.names for one in component.names)
