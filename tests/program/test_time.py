"""Delays and direction."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.backends.latex_math import glyph_latex
from symrnn.program import Role, Span, delay_variables, reverse, verify
from tests.cases import CASES, case
from tests.oracle import drawn, interpret


@pytest.mark.parametrize("name", CASES)
def test_reversing_twice_changes_nothing(name: str) -> None:
    assert reverse(reverse(case(name))) == case(name)


@pytest.mark.parametrize("name", CASES)
def test_reversed_network_does_on_the_flipped_sequence_what_the_network_does(name: str) -> None:
    program = case(name)
    values = drawn(program)
    flipped = {
        one: array[::-1] if program[one].span is Span.SEQUENCE else array
        for one, array in values.items()
    }
    there, back = interpret(program, values), interpret(verify(reverse(program)), flipped)
    for output in program.outputs:
        assert np.array_equal(there.whole(output), back.whole(output)[::-1])
    for delay in program.delays:
        assert np.array_equal(there.whole(delay.final), back.whole(delay.final))


@pytest.mark.parametrize(("step", "marks"), [(1, ("t-1", "0", "T")), (-1, ("t+1", "T+1", "1"))])
def test_variables_around_a_delay_show_their_step(step: int, marks: tuple[str, ...]) -> None:
    source = case("gru_reset_after")["h"]
    around = delay_variables(source, step)
    assert [one.role for one in around] == [Role.INTERMEDIATE, Role.INITIAL, Role.FINAL]
    assert all(one.axes == source.axes for one in around)
    assert all(mark in glyph_latex(one.glyph, "t") for one, mark in zip(around, marks, strict=True))


@pytest.mark.parametrize(("name", "state"), [("gru_reset_after", "h"),
                                             ("deep_readout", "layer1.h")])
def test_a_reversed_state_starts_behind_the_last_step(name: str, state: str) -> None:
    there, back = case(name), reverse(case(name))
    assert there[f"initial.{state}"].meaning.startswith("h before the first step")
    assert back[f"initial.{state}"].meaning.startswith("h after the last step")
    assert back[f"final.{state}"].meaning.startswith("h at the first step")
    assert case("look_ahead")["initial.h"].meaning == "h after the last step"
