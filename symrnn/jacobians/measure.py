"""``symrnn.flow``: how gradients travel through networks, measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from symrnn.jacobians.product import products
from symrnn.jacobians.result import Flow
from symrnn.jacobians.saturation import saturations
from symrnn.jacobians.start import Choice, Start, refuse_unknown, started
from symrnn.jacobians.steps import Part, Steps, Unmeasured, Why, along
from symrnn.jacobians.travel import Spectrum, Travel
from symrnn.program import Program, of_network
from symrnn.runtime.shapes import Array
from symrnn.transforms.rewiring import recurrent

Told = Callable[[int, str, int], None]
ROUND = (1, 2, 5)  # lags of which a table tells, times powers of ten


def silent(done: int, at: str, of: int) -> None:
    """Nobody listens."""


@of_network
def flow(program: Program, *others: Program, sizes: Mapping[str, int] | None = None,
         steps: int = 50, seed: int = 0, weights: Mapping[str, Any] | None = None,
         scale: Mapping[str, float] | None = None, set: Mapping[str, float] | None = None) -> Flow:
    """Measure how gradients travel through one network, or through several to compare them.

    Parameters
    ----------
    sizes: free sizes by name, ``{"m": 32}``; 8 where not given.
    steps: the longest lag. The sequence is one step longer, so that the state that is furthest
        back is the first one that was computed.
    seed: what random weights and inputs are drawn with; the same numbers for the same seed.
    weights: the parameters of the one network by name, shaped as ``kernel.parameters`` tells.
        Without them matrices are normal with variance one over their last axis, biases are 0
        but 1 or -1 where that opens an additive path, all else is uniform between 0 and 1.
    scale: factors of parameters by name or pattern, ``{"U_*": 1.5}``; ``recurrent`` means the
        weights from state to state.
    set: values of all entries of parameters, ``{"b_f": 1}``.

    Raises ValueError for other names and sizes, ShapeError for weights that do not fit,
    ProgramError where no state follows from the one before it (two directions).
    """
    choice = Choice(dict(sizes or {}), steps, seed, weights, dict(scale or {}), dict(set or {}))
    return measured(_named((program, *others)), choice)


def _named(programs: Iterable[Program]) -> Iterator[tuple[str, Program]]:
    """Networks by their names, those of one name numbered."""
    count = Counter[str]()
    for one in programs:
        count[one.name] += 1
        yield one.name + f" {count[one.name]}" * (count[one.name] > 1), one


def measured(programs: Iterable[tuple[str, Program]], choice: Choice, told: Told = silent) -> Flow:
    """The same of networks by their names; ``told(lag, name, of)`` hears how far it is."""
    turned = tuple((name, along(one)) for name, one in programs)
    refuse_unknown([one for _, one in turned], choice)
    return Flow(tuple(travel(name, one, choice, told) for name, one in turned))


def travel(name: str, program: Program, choice: Choice, told: Told = silent) -> Travel:
    """How gradients travel through one network that is scanned forwards. Raises as ``flow``."""
    return along_run(name, finite(started(program, choice)), choice.seed, told)


def along_run(name: str, run: Steps, seed: int = 0, told: Told = silent) -> Travel:
    """How gradients travel through the steps of a run, from the last one back to the second.

    A value that a step only hands on, so that a later one reads it, has no norms of its own.
    """
    program, lags = run.start.program, range(run.start.steps)
    shown = [one for one in run.states if program[one.name].stands_for is None
             and one.name in {each.state for each in recurrent(program)}]
    total = sum(one.size for one in run.states)
    norms: dict[tuple[str, str], list[float]] = {
        (new.name, old.name): [] for new in shown for old in shown}
    spectra = []
    for lag, product in zip(lags, products(np.eye(total), run.backwards()), strict=False):
        told(lag, name, lags[-1])
        for (new, old), row in zip(_pairs(shown), norms.values(), strict=True):
            row.append(product.norm(new.rows, old.rows))
        if lag in lags_shown(lags[-1]):
            spectra.append(Spectrum(lag, *map(_frozen, product.spectrum())))
    return Travel(name, program.title, dict(run.start.sizes), seed,
                  tuple(one.name for one in shown), tuple(lags),
                  {pair: _frozen(row) for pair, row in norms.items()},
                  _loss(run, shown), tuple(spectra), saturations(run))


def finite(start: Start) -> Steps:
    """A run whose values are finite, of positive numbers if need be.

    Raises Unmeasured where neither is.
    """
    with np.errstate(all="ignore"):
        for one in (start, start.positive()):
            run = Steps(one)
            if run.finite:
                return run
    raise Unmeasured(start.program, Why.NOT_FINITE)


def lags_shown(steps: int) -> tuple[int, ...]:
    """1, 2, 5, 10, 20, 50 and so on, and the last."""
    found = [first * 10**power for power in range(len(str(steps))) for first in ROUND]
    return (*(one for one in found if one < steps), steps)


def _pairs(shown: list[Part]) -> list[tuple[Part, Part]]:
    return [(new, old) for new in shown for old in shown]


def _loss(run: Steps, shown: list[Part]) -> dict[str, Array]:
    """The outputs of the last step by every state before it."""
    jacobians = run.backwards()
    next(jacobians)  # of the last step itself, which the outputs have a Jacobian of their own for
    every = slice(0, sum(one.size for one in run.outputs))
    rows: dict[str, list[float]] = {one.name: [np.nan] for one in shown}
    for product in islice(products(run.last_output(), jacobians), run.start.steps - 1):
        for one in shown:
            rows[one.name].append(product.norm(every, one.rows))
    return {name: _frozen(row) for name, row in rows.items()}


def _frozen(values: Any) -> Array:
    found: Array = np.asarray(values, float)
    found.flags.writeable = False
    return found
