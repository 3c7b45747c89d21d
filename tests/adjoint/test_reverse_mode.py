"""The adjoint of every hard program: exact, linear, and again a program."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sympy import Dummy, Expr, Symbol, diff, expand

from symrnn.adjoint import adjoint, join, tangent
from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import t
from symrnn.checking.numeric import relative_error
from symrnn.checking.reference import complex_step_gradient, interpreted_gradients, random_case
from symrnn.pipeline import derive
from symrnn.program import (
    Ein,
    Maximum,
    Program,
    ProgramError,
    Role,
    SizeSymbol,
    last_number,
    rewrite,
    symbols_in_order,
    terms,
)
from tests.cases import CASES, case
from tests.oracle import (complex_step, distance, drawn, ends, every_entry, interpret, leaves,
                          partners, total)

every_case = pytest.mark.parametrize("name", CASES)
FIRST_ORDER, SECOND_ORDER = 1e-12, 1e-10


@cache
def gradient(name: str) -> Program:
    """The adjoint of a case."""
    return adjoint(case(name))


@cache
def both(name: str) -> Program:
    """A case and its adjoint as one system."""
    return join(case(name), gradient(name))


@every_case
def test_every_gradient_equals_complex_step(name: str) -> None:
    program, system = case(name), both(name)
    values = drawn(system)
    run = interpret(system, values)
    seeds = partners(system, Role.COTANGENT, ends(program))
    found = partners(system, Role.GRADIENT, leaves(program))
    assert seeds.keys() == set(ends(program)) and found.keys() == set(leaves(program))
    for leaf, bar in found.items():
        moved = complex_step(program, values, {leaf: every_entry(values[leaf])}, seeds)
        each = sum(total(moved[end] * values[seed], values[seed].ndim)
                   for end, seed in seeds.items())
        expected = np.reshape(each, values[leaf].shape)
        assert distance(run.whole(bar), expected) < FIRST_ORDER, leaf


@every_case
def test_adjoint_of_the_adjoint_gives_hessian_times_vector(name: str) -> None:
    """The cotangents of the gradients are a vector v; those of the outputs are zero."""
    program, system = case(name), both(name)
    twice = join(system, adjoint(system))
    values, arrows = drawn(twice), drawn(program, seed=1)
    first = partners(system, Role.GRADIENT, leaves(program))
    for one in twice.with_role(Role.COTANGENT):
        if one.name not in system:
            leaf = next((leaf for leaf, bar in first.items() if bar == one.of), None)
            values[one.name] = arrows[leaf] if leaf else np.zeros_like(values[one.name])
    run = interpret(twice, values)
    along = {leaf: arrows[leaf] for leaf in first}
    expected = complex_step(system, values, along, first.values())
    largest = max(np.abs(array).max(initial=0.0) for array in expected.values())
    found = {one.of: one.name for one in twice.with_role(Role.GRADIENT) if one.name not in system}
    for leaf, bar in first.items():
        error = np.abs(run.whole(found[leaf]) - expected[bar]).max(initial=0.0)
        assert error <= SECOND_ORDER * largest, leaf


def _with_one_symbol_per_contraction(rhs: Expr, bars: set[str]) -> tuple[Expr, set[Symbol]]:
    """Contractions as single symbols, which count as bars where one operand is a bar."""
    found: set[Symbol] = set()

    def change(node: Expr) -> Expr | None:
        if not isinstance(node, Ein):
            return None
        inside = [one for one in node.operands if one.name in bars]
        assert len(inside) <= 1, node
        symbol = Dummy()
        found.update({symbol} if inside else ())
        return symbol

    return rewrite(rhs, change), found


@every_case
def test_every_adjoint_equation_is_linear_in_the_bars(name: str) -> None:
    program = gradient(name)
    bars = {one.name for one in program.with_role(Role.COTANGENT)}
    bars |= {delay.lhs for delay in program.delays}
    for equation in program.equations:
        if not bars & set(symbols_in_order(equation.rhs)):
            continue
        bars.add(equation.lhs)
        rhs, contracted = _with_one_symbol_per_contraction(equation.rhs, bars)
        unknowns = {Symbol(one) for one in bars & set(symbols_in_order(rhs))} | contracted
        slopes = {one: diff(rhs, one) for one in unknowns}
        assert not any(slope.free_symbols & unknowns for slope in slopes.values()), equation
        assert expand(rhs - sum(one * slope for one, slope in slopes.items())) == 0, equation
    assert set(program.outputs) <= bars


@every_case
def test_adjoint_alone_can_be_transposed_again(name: str) -> None:
    """The adjoint is linear in the bars, so its adjoint is the tangent of the program."""
    program, transposed = case(name), adjoint(gradient(name))
    system = join(both(name), transposed)
    values, arrows = drawn(system), drawn(program, seed=2)
    first = partners(gradient(name), Role.GRADIENT, leaves(program))
    given = partners(transposed, Role.COTANGENT, first.values())
    values |= {given[bar]: arrows[leaf] for leaf, bar in first.items()}
    run = interpret(system, values)
    expected = complex_step(program, values, {leaf: arrows[leaf] for leaf in first}, ends(program))
    bars = partners(gradient(name), Role.COTANGENT, ends(program))
    found = partners(transposed, Role.GRADIENT, bars.values())
    for end, bar in bars.items():
        assert distance(run.whole(found[bar]), expected[end]) < FIRST_ORDER, end


@every_case
def test_equations_are_numbered_on_from_the_program(name: str) -> None:
    numbers = [one.number for one in gradient(name).equations]
    first = last_number(case(name)) + 1
    assert list(dict.fromkeys(numbers)) == list(range(first, max(numbers) + 1))


@every_case
def test_every_term_has_an_origin(name: str) -> None:
    """An equation tells where each of its terms comes from, in their order."""
    program = gradient(name)
    for equation in program.equations:
        if program[equation.lhs].stands_for is None:
            assert len(equation.origins) == len(terms(equation.rhs))
    told = {
        one.of
        for one in program.with_role(Role.GRADIENT)
        if (found := program.definition(one.name)) and found.origins
    }
    edges = {delay.initial for delay in case(name).delays}
    assert told == set(leaves(case(name))) - edges


@every_case
def test_no_size_appears_as_a_number(name: str) -> None:
    """Integers of a derived equation come from diff: 1 - g^2, 2 d. None is a number of units."""
    for equation in gradient(name).equations:
        for atom in equation.rhs.atoms(SizeSymbol):
            assert atom.name in {size.name for size in case(name).sizes}
        for axis in {axis for one in gradient(name).variables for axis in one.axes}:
            assert not axis.isdigit()


def test_parameter_that_reaches_no_output_is_named() -> None:
    with Cell("lost", "Lost") as cell:
        x, h, a = (
            cell.input("x[m]", "input"),
            cell.state("h[m]", "state"),
            cell.symbol("a[m]", "lost"),
        )
        v = cell.parameter("v[m]", "parameter that only a peak sees")
        a[t] = v * x[t]
        h[t] = x[t] * Maximum("i->", a[t]) + h[t - 1]
    with pytest.raises(ProgramError, match=r"lost: 'a' \(intermediate\) never reaches an output"):
        adjoint(cell.build("h"))


@pytest.mark.parametrize("wish", ["Delta_h", "h_bar", "h_next", "h_next_bar", "h_prev_bar",
                                  "x_bar", "h_dot", "h_prev_dot"])
def test_the_derivation_gives_way_to_the_names_of_the_author(wish: str) -> None:
    with Cell("clash", "Clash") as cell:
        x, h = cell.input("x[m]", "input"), cell.state("h[m]", "state")
        own = cell.symbol(f"{wish}[m]", "a name that the derivation wants")
        own[t] = x[t] * x[t]
        h[t] = own[t] * h[t - 1] + h[t - 1]
    program = cell.build("h")
    back, forth = adjoint(program), tangent(program)
    for derived in (back, forth):
        assert not {one.name for one in derived.variables if one.of} & set(program.axes)
    assert {one.of for one in back.with_role(Role.GRADIENT)} == {"x", "initial.h"}
    case = random_case(derive(program), seed=5)
    for name, wanted in interpreted_gradients(case).items():
        assert relative_error(complex_step_gradient(case, name), wanted) < 1e-14


SCRIPT = """
from symrnn.adjoint import adjoint, join, tangent
from tests.cases import CASES, case
for name in CASES:
    program = case(name)
    back = adjoint(program)
    small = [adjoint(join(program, back))] if len(back.equations) < 20 else []
    for one in (program, back, tangent(program), *small):
        print(*(repr(part) for part in (*one.variables, *one.equations, *one.delays)), sep="\\n")
"""


def test_derivation_does_not_depend_on_the_hash_seed() -> None:
    root = Path(__file__).parents[2]
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            stdout=subprocess.PIPE,
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        )
        for seed in "012"
    ]
    first, *others = [run.communicate()[0] for run in runs]
    assert all(run.returncode == 0 for run in runs)
    assert len(first) > 10_000 and all(other == first for other in others)


def test_a_gradient_with_two_of_three_axes_keeps_their_order() -> None:
    """Entries of G are spread over an axis and summed over it: Ḡ[H,v] = Σ S̄[H,v,k] S[H,v,k]."""
    with Cell("spread", "A matrix of decays") as cell:
        x, S = cell.input("x[k]", "input"), cell.state("S[H,v,k]", "memory")
        G, W = cell.parameters("G[H,v] W[H,v,k]", "of the cell")
        S[t] = G * S[t - 1] + W * x[t]
    one = random_case(derive(cell.build("S")), 1)
    found = interpreted_gradients(one)
    for name in ("G", "W", "x"):
        assert relative_error(found[name], complex_step_gradient(one, name)) < FIRST_ORDER
