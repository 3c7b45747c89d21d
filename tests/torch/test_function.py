"""Networks as plain functions of torch have the numbers and the gradients of the kernels."""

from __future__ import annotations

from functools import partial

import pytest

torch = pytest.importorskip("torch")

import symrnn  # noqa: E402
from symrnn.program import Role  # noqa: E402
from tests.cases import BUILDERS  # noqa: E402
from tests.torch.cases import Ready, largest_error  # noqa: E402
from tests.torch.test_module import CELLS, NETS  # noqa: E402

from symrnn.torch import function  # noqa: E402

MORE = {**NETS, "deep": lambda: symrnn.deep(
            symrnn.bidirectional(symrnn.gru(), readout=False), layers=2, readout=True),
        **{name: BUILDERS[name] for name in ("delayed_input", "look_ahead", "two_steps_back",
                                             "constant_matrix", "pieces", "substeps")},
        # numbers of a formula where functions and choices want tensors
        **{name: partial(symrnn.cell, name) for name in ("convlstm", "retnet")}}


def agrees(made: Ready) -> None:
    values, leaves = made.as_function()
    own = [one for one, variable in zip(
        made.module._own.of_network(dict(made.module.named_parameters())),
        made.network.with_role(Role.PARAMETER), strict=True)]
    names = [one.name for one in made.network.with_role(Role.PARAMETER)]
    y, final = function(made.network)(dict(zip(names, own, strict=True)), made.inputs,
                                      made.initial)
    both = []
    for results in (values(*leaves), (*(y.values() if isinstance(y, dict) else [y]),
                                      *final.values())):
        loss = sum(((one ** 2).sum() for one in results), torch.zeros((), dtype=torch.float64))
        both.append([*results, *torch.autograd.grad(loss, leaves)])
    assert largest_error(both[1], both[0]) < 1e-11


@pytest.mark.parametrize("name", MORE)
def test_the_function_is_the_module(name: str) -> None:
    agrees(Ready(MORE[name]()))


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_every_cell_is_a_function(name: str) -> None:
    agrees(Ready(CELLS[name].build()))


def test_it_tells_what_is_missing_and_what_does_not_fit() -> None:
    run = function(symrnn.lstm())
    with pytest.raises(symrnn.ShapeError, match="'W_i'"):
        run({}, torch.zeros(2, 1, 3))
    with pytest.raises(symrnn.ProgramError, match="no network"):
        function("lstm")
