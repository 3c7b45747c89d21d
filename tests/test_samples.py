"""Samples in the lanes of vectors: every cell, blocks that are not full, pieces, threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.backends.c_samples import samples_backend
from symrnn.cells import architectures
from symrnn.checking.ladder import climb
from symrnn.checking.numeric import check_kernel
from symrnn.checking.subject import expected
from symrnn.pipeline import derive
from symrnn.program import FED, Ein, Program, ProgramError, Role, Variable
from symrnn.program.interpret import Interpreter
from symrnn.runtime.compiler import slightly_optimised
from symrnn.schedule.places import schedule

CELLS = {one.name: one.build for one in architectures()}
HARD = {name: CELLS[name] for name in ("lstm_layer_norm", "mlstm", "bidirectional_rnn", "lru",
                                       "qrnn", "mass_conserving_lstm")}
HARD |= {"masked": lambda: symrnn.transforms.masked(symrnn.lstm()),
         "dropped": lambda: symrnn.lstm(zoneout=True, dropout="recurrent", learned_initial=True)}
CROWDED = ("-O1", "-DSHARE_OF_LOOP=1", "-DSHARE_OF_STEP=1")  # a team, however little there is


@pytest.mark.sweep
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CELLS)
def test_every_cell_is_what_its_equations_say(name: str, dtype: str) -> None:
    with slightly_optimised():
        assert check_kernel(CELLS[name](), "c", dtype, profile="samples") == []


@pytest.mark.parametrize("name", ["lstm_layer_norm", "mlstm", "gru"])
def test_all_rungs_of_the_ladder(name: str) -> None:
    with slightly_optimised():
        kernel = symrnn.compile(CELLS[name](), "c", "float64", profile="samples", threads=2)
        assert list(climb(kernel, expected(derive(CELLS[name]()), 1, steps=3))) == []


def arrays(net: Program, steps: int, batch: int) -> dict[str, Any]:
    """Random values of all that is given: parameters, inputs, masks, initial states."""
    random = np.random.default_rng(steps + 10 * batch)
    free = [one.name for one in net.sizes if one.value is None]
    known = {name: 3 + place for place, name in enumerate(free)}
    sizes = Interpreter(net, {}, {"T": steps, "B": batch, **known}).sizes

    def drawn(one: Variable) -> Any:
        values = random.normal(size=[int(axis) if axis.isdigit() else sizes[axis]
                                     for axis in one.shape]) / 2
        return values if one.role in (Role.INPUT, Role.PARAMETER, Role.INITIAL) \
            else (values > 0).astype(float)

    return {one.name: drawn(one) for one in net.with_role(Role.PARAMETER, Role.INITIAL, *FED)}


def everything(kernel: symrnn.Kernel, given: dict[str, Any]) -> dict[str, Any]:
    """Outputs, final states, and gradients of all that has one."""
    net = kernel.program
    parameters = {one.name: given[one.name] for one in net.with_role(Role.PARAMETER)}
    inputs = {one.name: given[one.name] for one in net.with_role(*FED)}
    run = kernel.forward(parameters, inputs, {one.state: given[one.initial] for one in net.delays})
    bars = {name: np.cos(one) for name, one in run.outputs.items()}
    back = kernel.backward(run, bars if len(bars) > 1 else next(iter(bars.values())),
                           {name: np.sin(one) for name, one in run.final.items()})
    return {**run.outputs, **{f"final {name}": one for name, one in run.final.items()},
            **{f"gradient of {name}": one for name, one in back.items()}}


def differing(found: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    for name, right in wanted.items():
        apart = np.abs(found[name] - right).max(initial=0)
        if not apart <= 1e-11 * np.abs(right).max(initial=1):
            yield f"{name}: {apart}"


@pytest.mark.parametrize("name", HARD)
def test_blocks_that_are_not_full(name: str) -> None:
    """No samples, no steps, one sample, one more than lanes; the same bits for any team."""
    net = HARD[name]()
    plain = symrnn.compile(net, "numpy", "float64")
    with slightly_optimised(*CROWDED):
        kernels = [symrnn.compile(net, "c", "float64", profile="samples", threads=threads)
                   for threads in (1, 2, 3)]
        for steps, batch in product((0, 1, 5), (0, 1, 3, 8, 9, 17)):
            given = arrays(net, steps, batch)
            wanted, first = everything(plain, given), everything(kernels[0], given)
            assert list(differing(first, wanted)) == [], (steps, batch)
            for kernel in kernels[1:]:
                found = everything(kernel, given)
                assert all(np.array_equal(found[one], first[one]) for one in wanted)


def test_what_is_not_wanted_is_not_asked_of_the_samples_behind_the_last() -> None:
    """Lanes without a sample of their own repeat the last: no sum has it twice."""
    net = symrnn.elman(readout=False)
    kernel = symrnn.compile(net, "c", "float64", profile="samples")
    params = {name: np.full([1] * len(one.axes), 0.5) for name, one in kernel.parameters.items()}
    x = np.full((1, 3, 1), 0.25)
    back = kernel.backward(kernel.forward(params, x), np.ones((1, 3, 1)))
    alone = kernel.backward(kernel.forward(params, x[:, :1]), np.ones((1, 1, 1)))
    assert np.allclose(back["b"], 3 * alone["b"], rtol=1e-14)


def test_a_sum_over_all_samples_that_steps_read_is_refused() -> None:
    """No cell of the catalogue and no derivative has one; an adjoint is made to."""
    plan = derive(symrnn.elman(readout=False))
    more = Ein("ji,j->i", plan.gradient["W"].symbol, plan.gradient["b_bar"].symbol)
    changed = replace(plan.gradient, equations=tuple(
        replace(one, rhs=one.rhs + more) if one.lhs == "x_bar" else one
        for one in plan.gradient.equations))
    backward = schedule(changed, (), plan.program.delays, names=tuple(plan.program.axes))
    with pytest.raises(ProgramError, match="steps read b_bar, a sum over all samples"):
        samples_backend(replace(plan, backward=backward), "net")
