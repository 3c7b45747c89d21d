"""The oracle itself, against plain NumPy, and the points at which it is used."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Piecewise, Symbol
from sympy.core.relational import Relational

from symrnn.authoring.compose import bidirectional
from symrnn.cells.elman import elman
from symrnn.program import ACTIVATIONS
from symrnn.program.interpret import Interpreter, evaluate
from tests.cases import CASES, POSITIVE_ONLY, case
from tests.oracle import drawn, ends, interpret, leaves


def test_elman_network_is_the_loop_that_everybody_writes() -> None:
    program = elman()
    v = drawn(program)
    h, y = v["initial.h"], []
    for x in v["x"]:
        h = np.tanh(x @ v["W"].T + h @ v["U"].T + v["b"])
        y.append(h @ v["V"].T + v["b_y"])
    run = interpret(program, v)
    np.testing.assert_allclose(run.whole("y"), y, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(run.whole("final.h"), h, rtol=1e-14, atol=1e-14)


def test_reverse_direction_reads_the_sequence_backwards() -> None:
    """Flipped in time, with its parameters exchanged, a two-way network gives the same, flipped."""
    program = bidirectional(elman(readout=False))
    v = drawn(program)
    other = {"f": "b", "b": "f", "forward": "backward", "backward": "forward"}
    swapped = {}
    for name, array in v.items():
        parts = [other.get(part, part) if part != "b" else part for part in name.split(".")]
        swapped[".".join(parts)] = array
    swapped |= {"x": v["x"][::-1], "V_f": v["V_b"], "V_b": v["V_f"]}
    found, mirrored = (interpret(program, one).whole("y") for one in (v, swapped))
    np.testing.assert_allclose(found, mirrored[::-1], rtol=1e-13, atol=1e-13)


def test_final_state_of_a_reverse_scan_is_that_of_the_first_step() -> None:
    program = case("reversed_lstm")
    run = interpret(program, drawn(program))
    assert np.array_equal(run.whole("final.c"), run.whole("c")[0])
    assert np.array_equal(run.whole("c_prev")[-1], run.whole("initial.c"))


def test_single_step_reads_only_the_initial_state() -> None:
    program = elman(readout=False)
    v = drawn(program)
    run = Interpreter(program, v | {"x": v["x"][:1]}, {"T": 1, "B": 2, "n": 2, "m": 3})
    assert np.array_equal(run.whole("h_prev")[0], v["initial.h"])
    assert np.array_equal(run.whole("h")[0], run.whole("final.h"))


@pytest.mark.parametrize("name", CASES)
def test_variants_side_by_side_are_each_alone(name: str) -> None:
    """Each given array in turn has two variants, then all of them together."""
    program = case(name)
    v = drawn(program)
    some = leaves(program)
    for moved in [*((leaf,) for leaf in some), some]:
        one, other = v, v | {leaf: 1.5 * v[leaf] for leaf in moved}
        run = interpret(program, v | {leaf: np.stack([one[leaf], other[leaf]]) for leaf in moved})
        for end in ends(program):
            wanted = np.stack([interpret(program, each).whole(end) for each in (one, other)])
            found = np.broadcast_to(run.whole(end), wanted.shape)
            np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)


def test_missing_value_is_named() -> None:
    program = elman(readout=False)
    values = {name: array for name, array in drawn(program).items() if name != "U"}
    with pytest.raises(KeyError, match="'U'"):
        interpret(program, values).whole("h")


@pytest.mark.parametrize(
    "name", [one for one, row in ACTIVATIONS.items()
             if row.definition.has(Piecewise) and one not in POSITIVE_ONLY]
)
def test_test_points_lie_on_both_sides_of_every_kink_and_on_none(name: str) -> None:
    """What makes complex step valid for functions in pieces, and worth something."""
    program = case(f"elman_{name}")
    run = interpret(program, drawn(program))
    call = next(one.rhs for one in program.equations if one.lhs == "h")
    row = call.activation
    definition = row.definition.xreplace(dict(zip(row.arguments, call.args, strict=True)))
    for condition in definition.atoms(Relational):
        side = evaluate(condition.lhs - condition.rhs, run.whole, {})
        assert np.min(side) < 0 < np.max(side) and np.all(side != 0), condition


def test_value_outside_of_a_comparison_keeps_its_imaginary_part() -> None:
    relu = ACTIVATIONS["relu"].definition
    value = evaluate(relu, {"x": np.array([2 + 3j, -2 + 3j])}.__getitem__, {})
    assert np.array_equal(value, [2 + 3j, 0])


def test_symbol_is_looked_up_by_name() -> None:
    assert evaluate(Symbol("a") + 1, {"a": 2.0}.__getitem__, {}) == 3.0
