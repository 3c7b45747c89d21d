"""Equal layers and directions are found by their equations, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

import symrnn
from symrnn.backends.copies import Copy, copies, first_part, told_once
from symrnn.backends.latex_copies import once
from symrnn.backends.repeats import Stretch, repeat
from symrnn.pipeline import derive
from symrnn.program import Program, rename, verify

NETWORK = symrnn.cell("deep_bidirectional_lstm")
PLAIN = ("gru", "lem", "lru", "mlstm", "rhn", "scrn", "slstm", "cornn", "mut1", "ltc")


def found(program: Program) -> tuple[Copy, ...]:
    return copies(program, derive(program).gradient)


def test_layers_and_directions_of_a_deep_network() -> None:
    layers, directions = found(NETWORK)
    assert layers.names["layer1.forward.W_i"] == "layer2.forward.W_i"
    assert layers.names["x"] == "layer1.y" and layers.sizes["m_1"] == "m_2"
    assert directions.names["layer1.forward.c_prev"] == "layer1.backward.c_prev"
    assert directions.names["x"] == "x"


def test_what_is_left_out_is_the_first_part_under_other_names() -> None:
    gradient = derive(NETWORK).gradient
    for one in found(NETWORK):
        assert len(one.backward) > 20
        for program, pairs in ((NETWORK, one.forward), (gradient, one.backward)):
            bars = {f"{old}_bar": f"{new}_bar" for old, new in one.names.items()}
            names = {**one.names, **bars}
            for old, new in pairs:
                first, copied = program.definition(old), program.definition(new)
                assert first is not None and copied is not None
                named = rename(first.rhs, {**names, **shifted(names)}, one.sizes)
                assert named == rename(copied.rhs, {}, {})


def shifted(names: dict[str, str]) -> dict[str, str]:
    """What the next step sends back has names of its own."""
    return {old.replace("_bar", "_next_bar"): new.replace("_bar", "_next_bar")
            for old, new in names.items() if old.endswith("_bar")}


@pytest.mark.parametrize("name", PLAIN)
def test_alike_gates_of_a_cell_are_no_copies(name: str) -> None:
    assert not found(symrnn.cell(name))


def test_names_do_not_matter_and_equations_do() -> None:
    deep = symrnn.deep(symrnn.gru(), 3, readout=True)
    assert [len(one.forward) for one in found(deep)] == [8, 8]
    other = deep.definition("layer2.h")
    assert other is not None
    changed = verify(replace(deep, equations=tuple(
        replace(one, rhs=2 * one.rhs) if one is other else one for one in deep.equations)))
    assert "layer1.h" not in {old for one in found(changed) for old, _ in one.forward}
    assert len(found(symrnn.bidirectional(symrnn.gru()))) == 1


def test_numbers_are_told_as_ranges() -> None:
    gradient = derive(NETWORK).gradient
    layers, directions = found(NETWORK)
    labels = [{one.lhs: str(one.number) for one in each.equations}
              for each in (NETWORK, gradient)]
    told = repeat(NETWORK, layers, *labels)
    assert told.forward == (Stretch("22", "42", "1", "21"),)
    assert Stretch("47", "66", "68", "87") in told.backward
    assert len(told.marks) == 1
    assert repeat(NETWORK, directions, *labels).forward == (Stretch("11", "20", "1", "10"),)


def test_one_part_is_a_network_of_its_own() -> None:
    part = first_part(NETWORK, found(NETWORK))
    assert part.outputs == ("layer1.forward.h",)
    assert [one.number for one in part.equations] == [*range(1, 11), 10]
    assert {one.state for one in part.delays} == {"layer1.forward.h", "layer1.forward.c"}


def test_every_equation_is_told_or_reads_like_one() -> None:
    gradient = derive(NETWORK).gradient
    told = once(NETWORK, gradient)
    assert len(told.copied) == 23 + 11 + 49 + 24
    assert "layer1.backward.h" in told.symbols  # the concatenation reads it
    assert "layer1.backward.c" not in told.symbols and "layer2.forward.W_i" not in told.symbols
    assert told_once(NETWORK, ()) >= {one.lhs for one in NETWORK.equations}
