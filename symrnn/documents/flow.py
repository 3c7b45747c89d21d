"""What a page tells of gradients through time: the Jacobian, additive paths, measured curves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from sympy import Expr

from symrnn.backends.document import DocumentPrinter, broken
from symrnn.backends.formula import APART, side_by_side
from symrnn.backends.jacobian import identity, state_jacobian
from symrnn.catalogue import find
from symrnn.documents.example import Worked, worked_example
from symrnn.documents.travels import (Column, Curves, GradientFlow, Kernel, Proof, Row,
                                       SaturationRow, TurnShown, Way)
from symrnn.jacobians.curves import Line, chart, lines_of
from symrnn.jacobians.entrywise import Turn, turns
from symrnn.jacobians.measure import along_run, finite, lags_shown
from symrnn.jacobians.paths import AdditivePath, additive_paths, biases, recurrent_weights
from symrnn.jacobians.start import Choice, Start, started
from symrnn.jacobians.steps import Steps, Unmeasured, Why, along
from symrnn.jacobians.travel import Travel
from symrnn.pipeline import derive
from symrnn.program import Program
from symrnn.recurrences import Kind, parts
from symrnn.runtime.shapes import Array

BESIDE = "elman"  # the plain network that every cell is compared with
TURNED = "turned/"  # the folder of scripts of networks that read in reverse
LAGS, LOW, HIGH = 40, -12, 4  # steps, and the powers of ten between which curves are drawn
ENTRIES, OTHERS, PLACES = 8, 4, 3  # of a state, along other axes, of given numbers


def gradient_flow(worked: Worked) -> GradientFlow:
    """What the page of a network tells of gradients through time, with the script of its example.

    A network that reads in reverse is turned around first, and has a script of its own for that.
    """
    program = worked.case.plan.program
    found = GradientFlow(tuple(columns(program)), ways(program), turned(program), "", (),
                         tuple(proofs(program)), identity(program))
    try:
        return replace(found, curves=(_curves(worked),))
    except Unmeasured as error:
        defined = error.why is Why.NOT_FINITE
        return replace(found, jacobian=found.jacobian if defined else (),
                       unmeasured=error.why.name.lower())


def columns(program: Program) -> Iterator[Column]:
    """By every state before the step the derivatives of what it reaches."""
    printer = DocumentPrinter(program)
    for one in state_jacobian(program):
        if one.lines:
            rows = tuple(broken(line.left, line.right.terms) for line in one.lines)
            yield Column(printer.symbol(one.state), rows, not one.is_matrix)


def proofs(program: Program) -> Iterator[Proof]:
    """The kinds of a network's recurrences, from that which scans like best to the last."""
    printer, found = DocumentPrinter(program), parts(program)
    for kind in Kind:
        states = [printer.symbol(one.source) for part in found if part.kind is kind
                  for one in part.delays]
        if states:
            yield Proof(side_by_side(states, APART), kind.value)


def ways(program: Program) -> tuple[Way, ...]:
    """The additive paths of a network."""
    printer = DocumentPrinter(program)
    return tuple(_way(printer, one) for one in additive_paths(program))


def turned(program: Program) -> tuple[TurnShown, ...]:
    """The states of a network that turn into one another."""
    printer = DocumentPrinter(program)
    return tuple(TurnShown(tuple(_ways_of(printer, one)), printer(one.determinant))
                 for one in turns(program))


def _ways_of(printer: DocumentPrinter, turn: Turn) -> Iterator[Way]:
    for new, row in zip(turn.delays, turn.matrix, strict=True):
        for old, factor in zip(turn.delays, row, strict=True):
            if factor != 0:
                yield _between(printer, old.lhs, new.source, factor)


def _way(printer: DocumentPrinter, path: AdditivePath) -> Way:
    return _between(printer, path.delay.lhs, path.delay.source, path.factor)


def _between(printer: DocumentPrinter, before: str, after: str, factor: Expr) -> Way:
    shown = () if factor == 1 else (printer(factor),)
    return Way(printer.symbol(before), printer.symbol(after), shown)


@dataclass(frozen=True)
class _Measured:
    """A network, where it was measured, and what came out."""

    run: Steps
    travel: Travel
    worked: Worked
    data: dict[str, Any]

    @property
    def kernel(self) -> Kernel:
        """What computes the same in a page."""
        script = self.worked.script
        return Kernel(script.path, script.text)


def _curves(worked: Worked) -> Curves:
    program = worked.case.plan.program
    own = _measured(worked.name, _turned(worked))
    both = (own,) if worked.name == BESIDE else (own, _beside())
    further = [one for one in both if one.worked is not worked]
    lines = lines_of(tuple(one.travel for one in both))
    drawn = chart(lines, LOW, HIGH)
    printer, sizes = DocumentPrinter(program), own.run.start.sizes
    plane = {"low": LOW, "high": HIGH, "top": drawn.plane.top, "bottom": drawn.plane.bottom,
             "left": drawn.plane.left, "right": drawn.plane.right, "lags": LAGS}
    return Curves(
        tuple((printer.size(one.name), sizes[one.name]) for one in program.sizes),
        tuple(line[0] for line in lines), _rows(lines), drawn,
        recurrent_weights(program), biases(program), tuple(one.kernel for one in further),
        json.dumps({"plane": plane, "networks": [one.data for one in both]},
                   separators=(",", ":")), _saturation(program, own.travel))


def _saturation(program: Program, travel: Travel) -> tuple[SaturationRow, ...]:
    printer = DocumentPrinter(program)
    return tuple(SaturationRow(printer(one.value), one.ends, one.low, one.high)
                 for one in travel.saturation)


def _rows(lines: tuple[Line, ...]) -> tuple[Row, ...]:
    return tuple(Row(lag, tuple(float(line[3][lag]) for line in lines))
                 for lag in lags_shown(LAGS))


@cache
def _beside() -> _Measured:
    return _measured(BESIDE, worked_example(derive(find(BESIDE).build()), BESIDE))


def _turned(worked: Worked) -> Worked:
    """The same network scanned forwards. Raises Unmeasured."""
    program = worked.case.plan.program
    turned = along(program)
    return worked if turned is program else worked_example(
        derive(turned), f"{worked.name}_turned", TURNED)


def _measured(name: str, worked: Worked) -> _Measured:
    run = finite(page_start(worked.case.plan.program))
    travel = along_run(name, run)
    return _Measured(run, travel, worked, _data(worked, run, travel))


def page_start(program: Program) -> Start:
    """Where a page measures a network: random numbers to three places, which fit into a page."""
    start = started(program, Choice(page_sizes(program), LAGS))
    return Start(program, start.sizes, _rounded(start.parameters), _rounded(start.inputs))


def page_sizes(program: Program) -> dict[str, int]:
    """Sizes with which a state has about eight entries, however many axes it has."""
    found: dict[str, int] = {one.name: OTHERS for one in program.sizes if one.value is None}
    for delay in program.delays:
        axes = program[delay.source].axes
        for axis in axes:
            if axis in found:
                found[axis] = max(2, int(ENTRIES ** (1 / len(axes)))) if len(axes) > 1 else min(
                    found[axis] * 2, ENTRIES)
    return found


def _rounded(arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name: np.round(one, PLACES) + 0.0 for name, one in arrays.items()}


def _data(worked: Worked, run: Steps, travel: Travel) -> dict[str, Any]:
    """A network's numbers, by the names that they have in its script."""
    start, program, called = run.start, run.start.program, worked.arrays
    bars = {one.of: one.name for one in worked.case.plan.gradient.variables}
    return {
        "name": worked.name,
        "sizes": dict(start.sizes),
        "parameters": {called["parameters"][one]: _flat(array)
                       for one, array in start.parameters.items()},
        "inputs": {called["inputs"][one]: _flat(array) for one, array in start.inputs.items()},
        "scaled": {one: called["parameters"][one] for one in recurrent_weights(program)},
        "shifted": {one: called["parameters"][one] for one in biases(program)},
        "states": [{"size": run.size(one.state), "final": called["bars"][bars[one.final]],
                    "before": called["gradients"][bars[one.lhs]]}
                   for one in program.delays if one.state in travel.states]}


def _flat(array: Array) -> list[float]:
    return [int(one) if one == int(one) else one for one in array.ravel().tolist()]
