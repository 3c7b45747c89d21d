"""Stacks, two directions, readouts: what they are made of, for every cell in the list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from symrnn.authoring import Cell, t
from symrnn.authoring.compose import bidirectional, deep, readout
from symrnn.cells.elman import elman
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.checking import check_kernel
from symrnn.kernels import compile
from symrnn.program import Program, ProgramError, Role, Span, verify
from tests.cases import two_outputs
from tests.oracle import drawn, interpret

CELLS: dict[str, Callable[[], Program]] = {
    "elman": partial(elman, readout=False),
    "gru": gru,
    "gru_before": partial(gru, reset_after=False),
    "lstm": lstm,
    "lstm_peephole": partial(lstm, peephole=True),
}
every_cell = pytest.mark.parametrize("name", CELLS)


def parameters(program: Program) -> list[str]:
    return [one.name for one in program.with_role(Role.PARAMETER)]


@every_cell
def test_stack_has_a_copy_of_every_parameter_and_state_per_layer(name: str) -> None:
    cell = CELLS[name]()
    network = deep(cell, 3)
    assert parameters(network) == [f"layer{k}.{one}" for k in (1, 2, 3) for one in parameters(cell)]
    assert network.states == tuple(f"layer{k}.{one}" for k in (1, 2, 3) for one in cell.states)
    assert network["initial.layer2.h"].span is Span.BATCH


@every_cell
def test_stack_computes_one_layer_after_the_other(name: str) -> None:
    cell, network = CELLS[name](), deep(CELLS[name](), 2)
    values = drawn(network)
    below = interpret(network, values).whole("layer1.h")
    own = {
        one.removeprefix("layer2.").replace("layer2.", ""): array
        for one, array in values.items()
        if "layer2" in one
    }
    sizes = {"T": 3, "B": 2, "n": below.shape[-1], "m": own["initial.h"].shape[-1]}
    alone = type(interpret(cell, {}))(cell, own | {"x": below}, sizes)
    assert np.array_equal(alone.whole("h"), interpret(network, values).whole("layer2.h"))


JOINED = {"sum": lambda f, b: f + b, "mul": lambda f, b: f * b,
          "average": lambda f, b: (f + b) / 2}


@pytest.mark.parametrize("backend", ["c", "numpy"])
@pytest.mark.parametrize("merge", JOINED)
def test_two_directions_are_joined_as_wanted(merge: str, backend: str) -> None:
    """The layer itself, one that an output layer reads, and one that another layer reads."""
    network = bidirectional(gru(), readout=False, merge=merge)
    assert network.outputs == ("y",) and network["y"].axes == ("m",)
    found = interpret(network, drawn(network))
    wanted = JOINED[merge](found.whole("forward.h"), found.whole("backward.h"))
    assert np.allclose(found.whole("y"), wanted, rtol=1e-15)
    read = bidirectional(gru(), merge=merge)
    found = interpret(read, values := drawn(read))
    wanted = JOINED[merge](found.whole("forward.h"), found.whole("backward.h"))
    assert np.allclose(found.whole("y"), wanted @ values["V"].T + values["b_y"], rtol=1e-14)
    for one in (network, read, deep(network, 2)):
        assert [str(each) for each in check_kernel(one, backend, "float64")] == []


def test_several_outputs_are_joined_one_by_one() -> None:
    network = bidirectional(two_outputs(), readout=False, merge="sum")
    found = interpret(network, drawn(network))
    assert network.outputs == tuple(f"y_{name}" for name in two_outputs().outputs)
    for name in two_outputs().outputs:
        parts = (found.whole(f"{arrow}.{name}") for arrow in ("forward", "backward"))
        assert np.allclose(found.whole(f"y_{name}"), sum(parts), rtol=1e-15)


def test_another_way_to_join_is_told() -> None:
    with pytest.raises(ValueError, match="merge is 'ave'; it is one of concat, sum, mul, average"):
        bidirectional(gru(), merge="ave")


@every_cell
def test_concatenation_is_the_forward_half_then_the_backward_half(name: str) -> None:
    network = bidirectional(CELLS[name](), readout=False)
    run = interpret(network, drawn(network))
    halves = [run.whole("forward.h"), run.whole("backward.h")]
    assert np.array_equal(run.whole("y"), np.concatenate(halves, axis=-1))


@every_cell
@pytest.mark.parametrize(
    "nest",
    [
        lambda one: deep(bidirectional(one, readout=False), 2),
        lambda one: bidirectional(deep(one, 2)),
        lambda one: bidirectional(bidirectional(one, readout=False), readout=False),
        lambda one: readout(bidirectional(one, readout=False), "tanh"),
        lambda one: readout(deep(bidirectional(one, readout=False), 2), "sigmoid"),
        lambda one: deep(deep(one, 2), 2),
    ],
    ids=["deep both", "both deep", "both both", "readout both", "readout deep both", "deep deep"],
)
def test_compositions_compose(name: str, nest: Callable[[Program], Program]) -> None:
    network = nest(CELLS[name]())
    assert (
        verify(network)
        and np.isfinite(interpret(network, drawn(network)).whole(network.outputs[0])).all()
    )


@every_cell
def test_both_directions_of_a_readout_are_weighed_apart(name: str) -> None:
    assert parameters(bidirectional(CELLS[name]()))[-3:] == ["V_f", "V_b", "b_y"]


@pytest.mark.parametrize("profile", ["portable", "simd", "numpy"])
@pytest.mark.parametrize("with_readout", [True, False])
def test_each_direction_may_have_several_outputs(profile: str, with_readout: bool) -> None:
    """The third and the fourth of four parts begin at m + p and 2 m + p."""
    network = bidirectional(two_outputs(), readout=with_readout)
    letter = "V" if with_readout else "E"
    assert [one.name for one in network.variables if one.name[0] == letter] == [
        f"{letter}_{tag}" for tag in ("f_h", "f_y", "b_h", "b_y")]
    kernel = (compile(network, "numpy", "float64") if profile == "numpy"
              else compile(network, "c", "float64", profile=profile))
    values = drawn(network)
    params = {name: values[name] for name in kernel.parameters}
    initial = {one.state: values[one.initial] for one in network.delays}
    wanted = interpret(network, values).whole("y")
    assert np.allclose(kernel.forward(params, values["x"], initial).y, wanted)


@pytest.mark.parametrize("inner", ["concatenated", "with a readout"])
def test_directions_within_directions_have_sizes_of_their_own(inner: str) -> None:
    network = bidirectional(bidirectional(two_outputs(), readout=inner != "concatenated"),
                            readout=inner != "concatenated")
    assert len({one.name for one in network.sizes}) == len(network.sizes)
    for backend in ("numpy", "c"):
        assert check_kernel(network, backend, "float64") == []


def test_stack_without_layers_is_refused() -> None:
    with pytest.raises(
        ProgramError, match=r"deep\(elman\): layers is 0; a network has a whole number"
    ):
        deep(CELLS["elman"](), 0)


def test_a_readout_over_a_readout_has_names_of_its_own() -> None:
    program = readout(elman(), "tanh")
    assert {"V", "b_y", "y", "V_2", "b_y_2", "y_2"} <= set(program.axes)
    assert program.outputs == ("y_2",) and program["V_2"].axes == ("p_y", "p")
    assert not check_kernel(program, "numpy", "float64")


def test_stack_shares_every_input_but_the_one_from_below() -> None:
    from tests.cases import case

    network = deep(case("masked"), 2)
    assert [one.name for one in network.with_role(Role.INPUT)] == ["x", "k"]
    values = drawn(network)
    run = interpret(network, values | {"k": np.zeros_like(values["k"])})
    for layer in ("layer1.h", "layer2.h"):
        assert np.all(run.whole(layer) == values[f"initial.{layer}"])


def images() -> Program:
    """A cell whose state is a matrix, as images and heads are."""
    with Cell("images", "Images") as cell:
        X, H = cell.input("X[c,r]", "image"), cell.state("H[k,r]", "state")
        W = cell.parameter("W[k,c]", "weights")
        H[t] = W @ X[t] + H[t - 1]
    return cell.build("H")


@pytest.mark.parametrize("backend", ["numpy", "c"])
@pytest.mark.parametrize("network", [
    readout, bidirectional, partial(bidirectional, readout=False),
    lambda one: deep(bidirectional(one, readout=False), 2, readout=True)])
def test_outputs_of_several_axes_are_joined_and_read_out(
        network: Callable[[Program], Program], backend: str) -> None:
    assert [str(one) for one in check_kernel(network(images()), backend, "float64")] == []


def test_a_readout_of_a_matrix_sees_all_its_entries() -> None:
    read = readout(images())
    assert read["V"].axes == ("p", "k", "r") and read["y"].axes == ("p",)
    both = bidirectional(images(), readout=False)
    assert both["y"].axes == ("q", "r")
