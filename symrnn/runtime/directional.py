"""Derivatives along a direction: what a derived kernel gives, told in the network's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symrnn.program import FED, Program, Role
from symrnn.runtime.calls import Given, Relation
from symrnn.runtime.core import Core
from symrnn.runtime.inputs import named
from symrnn.runtime.shapes import Array, Arrays, check_names


def directions(kernel: Core, given: Given, params_dot: Mapping[str, Any] | None, x_dot: Any,
               initial_dot: Mapping[str, Any] | None) -> dict[str, Array]:
    """Checked tangents by the name of the variable they belong to; zero where not given."""
    program, sizes = kernel.program, given.sizes
    edges = {one.state: one.initial for one in program.delays}
    moving = tuple(one.name for one in program.with_role(Role.INPUT))
    inputs_dot = {} if x_dot is None else named(x_dot, moving, "input")
    states_dot = kernel.own_states(initial_dot)
    check_names(params_dot, kernel.parameters, "parameter", partly=True)
    check_names(states_dot, edges, "state", partly=True)
    dots = {**(params_dot or {}), **inputs_dot,
            **{edges[name]: array for name, array in (states_dot or {}).items()}}
    wanted = program.with_role(Role.PARAMETER, Role.INPUT, Role.INITIAL)
    return {one.name: sizes.take(one, dots[one.name], f"tangent of {one.name}")
            if one.name in dots else sizes.zeros(one) for one in wanted}


def pushed_along(kernel: Core, given: Given, dots: Arrays) -> tuple[Arrays, dict[str, Array]]:
    """Tangents of outputs and final states by name."""
    program, system = kernel.program, kernel.related(Relation.JVP)
    found = derivatives(system, given.by_variable(program), dots)
    return ({name: found[name] for name in program.outputs},
            {one.state: found[one.final] for one in program.delays})


def hessian_along(kernel: Core, given: Given, bars: Arrays, dots: Arrays) -> dict[str, Array]:
    """Tangents of all gradients; zero for one that the direction cannot move."""
    system = kernel.related(Relation.SECOND_ORDER)
    found = derivatives(system, given.by_variable(kernel.program), {**dots, **bars})
    return {one.of: found[one.name] if one.name in found else given.sizes.zeros(one)
            for one in kernel.plan.gradient.with_role(Role.GRADIENT)}


def derivatives(system: Core, values: Arrays, marked: Arrays) -> dict[str, Array]:
    """Run a derived kernel; what leaves it, by the name of what it is the derivative of.

    ``marked`` holds given tangents and cotangents by the name of what they belong to.
    """
    given = arguments(system.program, values, marked)
    run = system.forward(*given)
    return by_owner(system.program, run.outputs, run.final)


def arguments(program: Program, values: Arrays, marked: Arrays
              ) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Parameters, inputs and initial states of a derived kernel."""
    every = {**values, **{one.name: marked[one.of] for one in program.variables
                          if one.role.given and one.of in marked}}
    parameters = {one.name: every[one.name] for one in program.with_role(Role.PARAMETER)}
    inputs = {one.name: every[one.name] for one in program.with_role(*FED)}
    initial = {one.state: every[one.initial] for one in program.delays if one.initial in every}
    return parameters, inputs, initial


def by_owner(program: Program, outputs: Arrays, final: Arrays) -> dict[str, Array]:
    """Derivatives by the name of what they are derivatives of."""
    found = {**outputs, **{one.final: final[one.state] for one in program.delays}}
    return {program[name].of: array for name, array in found.items() if program[name].of}
