"""Joining programs."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.cells.elman import elman
from symrnn.program import ProgramError, Role, chain, last_number, merge, renamed, settled, verify
from tests.cases import CASES, case
from tests.oracle import drawn, interpret


@pytest.mark.parametrize("name", CASES)
def test_renaming_there_and_back_changes_nothing(name: str) -> None:
    program = case(name)
    names = {one.name: f"other.{one.name}" for one in program.variables}
    there = renamed(program, names, {})
    assert verify(there) and set(there.axes) == set(names.values())
    assert renamed(there, {new: old for old, new in names.items()}, {}) == program


def test_chain_feeds_the_second_by_the_first() -> None:
    lower, upper = elman(readout=False), elman("sigmoid", readout=False)
    own = [one.name for one in upper.variables if one.role is not Role.INPUT]
    upper = renamed(upper, {name: f"upper.{name}" for name in own}, {"m": "k"})
    both = verify(chain(lower, upper))
    values = drawn(both)
    run = interpret(both, values)
    assert both.outputs == ("upper.h",) and both["upper.W"].axes == ("k", "m")
    h = run.whole("h")
    expected = 1 / (
        1
        + np.exp(
            -(
                h @ values["upper.W"].T
                + run.whole("upper.h_prev") @ values["upper.U"].T
                + values["upper.b"]
            )
        )
    )
    np.testing.assert_allclose(run.whole("upper.h"), expected, rtol=1e-14)


def test_chain_of_unequal_widths_is_refused() -> None:
    with pytest.raises(ProgramError, match="masked reads 2 inputs, but elman has 1 outputs"):
        chain(elman(), case("masked"))


def test_chain_with_a_name_twice_is_refused() -> None:
    with pytest.raises(ProgramError, match="elman and elman both have a"):
        chain(elman(), elman("sigmoid"))


def test_merge_numbers_the_second_on_and_shares_equal_inputs() -> None:
    first = elman(readout=False)
    own = [one.name for one in first.variables if one.role is not Role.INPUT]
    second = renamed(first, {name: f"second.{name}" for name in own}, {})
    both = merge(first, second)
    assert [one.number for one in both.equations] == list(range(1, 2 * last_number(first) + 1))
    assert len(both.with_role(Role.INPUT)) == 1 and len(both.sizes) == len(first.sizes)


def test_settled_outputs_are_intermediate() -> None:
    assert not any(one.role is Role.OUTPUT for one in settled(case("jordan")))
