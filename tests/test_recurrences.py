"""Kinds of recurrences: what is proved from equations, and the same seen in numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

import symrnn
from symrnn.cellfile.build import parse
from symrnn.cells import architectures
from symrnn.jacobians.start import Choice, Start, started
from symrnn.program import Program, Role
from symrnn.recurrences import Kind, Part, Structure, kind_of, parts
from symrnn.runtime.shapes import Array

# By what their papers say; every other cell sees its last state through weights and a function.
OTHERS = {
    # gates of the input alone: Feng et al. 2024, Bradbury et al. 2017, De et al. 2024,
    # Balduzzi and Ghifary 2016
    "mingru": Kind.AFFINE_DIAGONAL, "minlstm": Kind.AFFINE_DIAGONAL, "qrnn": Kind.AFFINE_DIAGONAL,
    "rglru": Kind.AFFINE_DIAGONAL, "trnn": Kind.AFFINE_DIAGONAL, "tgru": Kind.AFFINE_DIAGONAL,
    "tlstm": Kind.AFFINE_DIAGONAL,
    # state spaces, and linear attention with a decay: Orvieto et al. 2023, Gu and Dao 2023, ...
    "lru": Kind.AFFINE_DIAGONAL, "s6": Kind.AFFINE_DIAGONAL, "retnet": Kind.AFFINE_DIAGONAL,
    "gla": Kind.AFFINE_DIAGONAL, "hgrn2": Kind.AFFINE_DIAGONAL,
    # the delta rule: I - beta k k^T, times a decay
    "gated_deltanet": Kind.AFFINE_STRUCTURED, "rwkv7": Kind.AFFINE_STRUCTURED,
    # a function between units of the same place; a running maximum is one too
    "indrnn": Kind.NONLINEAR_DIAGONAL, "brc": Kind.NONLINEAR_DIAGONAL,
    "sru": Kind.NONLINEAR_DIAGONAL, "unicornn": Kind.NONLINEAR_DIAGONAL,
    "mlstm": Kind.NONLINEAR_DIAGONAL, "rwkv4": Kind.NONLINEAR_DIAGONAL,
}
NAMES = [one.name for one in architectures()]
SMALL = 4  # entries of every axis: enough for minors beside a diagonal
NOTHING = 1e-11


PARAMETERS = {"U": "m,m", "a": "m", "v": "m", "R": "H,d,d", "K": "H,d,m"}


def cell(equation: str, state: str) -> Program:
    """A cell of one input and one equation."""
    used = [f"param {name}[{axes}]" for name, axes in PARAMETERS.items()
            if name in re.findall(r"\w+", equation)]
    return parse("\n".join(["cell own", "input x[m]", f"state {state}", *used, "output h",
                            equation, ""]))


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_of_the_kind_that_its_paper_says(name: str) -> None:
    found = symrnn.recurrence(symrnn.cell(name))
    assert found.kind == OTHERS.get(name, Kind.NONLINEAR_DENSE).value
    assert {found.kind} == {*architectures()[NAMES.index(name)].tags} & {one.value for one in Kind}


@pytest.mark.parametrize("name, options, kind", [
    ("elman", {"activation": "linear"}, Kind.AFFINE_DENSE),
    ("indrnn", {"activation": "linear"}, Kind.AFFINE_DIAGONAL),
    ("mingru", {"zoneout": True}, Kind.AFFINE_DIAGONAL),
    ("mingru", {"clip_state": 1.0}, Kind.NONLINEAR_DIAGONAL)])
def test_options_change_the_kind(name: str, options: dict[str, object], kind: Kind) -> None:
    assert kind_of(parts(symrnn.cell(name, **options))) is kind


def test_layers_are_parts_of_their_own() -> None:
    net = symrnn.deep(symrnn.cell("mingru"), layers=2)
    assert [one.kind for one in parts(net)] == [Kind.AFFINE_DIAGONAL] * 2
    mixed = parts(symrnn.cell("mlstm"))
    assert [(one.delays[0].source, one.affine) for one in mixed] == [
        ("m", False), ("C", True), ("n", True)]


@pytest.mark.parametrize("equation, state, affine, structure, kept", [
    ("h[t] = a * h[t-1] + x[t]", "h[m]", True, Structure.DIAGONAL, ("m",)),
    ("h[t] = a * h[t-1] + v * h[t-3] + x[t]", "h[m]", True, Structure.DIAGONAL, ("m",)),
    ("h[t] = relu(a * h[t-1]) + x[t]", "h[m]", False, Structure.DIAGONAL, ("m",)),
    ("h[t] = a * h[t-1] * h[t-1] + x[t]", "h[m]", False, Structure.DIAGONAL, ("m",)),
    ("h[t] = a * h[t-1] + v * dot(v, h[t-1]) + x[t]", "h[m]", True, Structure.RANK_ONE, ()),
    ("h[t] = v * dot(a, h[t-1]) + a * dot(v, h[t-1]) + x[t]", "h[m]", True, Structure.DENSE, ()),
    ("h[t] = v * max(h[t-1]) + x[t]", "h[m]", False, Structure.RANK_ONE, ()),
    ("h[t] = U @ h[t-1] + x[t]", "h[m]", True, Structure.DENSE, ()),
    ("h[t] = tanh(U @ h[t-1]) + x[t]", "h[m]", False, Structure.DENSE, ()),
    ("h[t] = R @ h[t-1] + K @ x[t]", "h[H,d]", True, Structure.BLOCKS, ("H",)),
    ("h[t] = tanh(R @ h[t-1] + K @ x[t])", "h[H,d]", False, Structure.BLOCKS, ("H",))])
def test_kinds_of_what_no_cell_is(equation: str, state: str, affine: bool, structure: Structure,
                                  kept: tuple[str, ...]) -> None:
    program = cell(equation, state)
    (found,) = parts(program)
    assert (found.affine, found.structure, found.kept) == (affine, structure, kept)
    hold(program, found)


def test_what_remembers_nothing_is_of_no_kind() -> None:
    net = parse("cell own\ninput x[m]\noutput h\nh[t] = tanh(x[t]) + x[t-1]\n")
    assert symrnn.recurrence(net).kind == "" and not parts(net)


@pytest.mark.parametrize("name", ["indrnn", "mingru", "gla", "gru"])
def test_an_adjoint_is_affine_with_the_structure_of_what_it_is_of(name: str) -> None:
    program = symrnn.cell(name)
    (found,), (own,) = parts(symrnn.adjoint(program)), parts(program)
    assert found.affine and found.structure is own.structure


def test_the_proof_is_printed() -> None:
    found = symrnn.recurrence(symrnn.cell("mingru"))
    assert str(found).splitlines()[-1].strip() == "∂h[t]/∂h[t-1] = diag(1 - z[t])"
    assert r"\operatorname{diag}(1 - z_{t})" in found.text("latex")
    assert repr(found) == "<Recurrence of mingru: affine-diagonal>"
    assert "diagonal plus rank one" in str(symrnn.recurrence(symrnn.cell("rwkv7")))


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMES)
def test_numbers_say_the_same(name: str) -> None:
    program = symrnn.cell(name)
    if {one.step for one in program.delays} == {1}:
        for part in parts(program):
            hold(program, part)


@pytest.mark.parametrize("name", ["mingru", "lru", "rwkv7", "mlstm", "indrnn", "lstm"])
def test_numbers_of_one_cell_of_each_kind_say_the_same(name: str) -> None:
    for part in parts(symrnn.cell(name)):
        hold(symrnn.cell(name), part)


def hold(program: Program, part: Part) -> None:
    """Hold differences of states against what was proved; no derivative takes part."""
    step = Stepping(program, part)
    assert (step.bend() < NOTHING) is part.affine
    changes = step.changes()
    for apart in step.apart(len(part.kept)):
        assert np.abs(changes[apart]).max(initial=0) < NOTHING
    if part.structure in (Structure.DENSE, Structure.BLOCKS) and len(part.delays) == 1:
        assert np.abs(changes - np.diag(np.diag(changes))).max() > 1e3 * NOTHING
    if part.structure is Structure.RANK_ONE and part.affine:
        size = SMALL ** (len(program[part.delays[0].lhs].axes) - len(part.kept))
        for first in range(0, len(changes), size):
            block = changes[first:first + size, first:first + size]
            assert abs(block[0, 2] * block[1, 3] - block[0, 3] * block[1, 2]) < NOTHING
            assert abs(block[0, 2] * block[1, 3]) > 0


class Stepping:
    """One step as a function of the states of a part, as rows of one vector; all else is fixed."""

    def __init__(self, program: Program, part: Part) -> None:
        sizes = {one.name: SMALL for one in program.sizes if one.value is None}
        start: Start = started(program, Choice(sizes, steps=2))
        if program.with_role(Role.STEP_MASK) or not self._finite(program, start):
            start = start.positive()
        self.kernel, self.start = symrnn.compile(program, "numpy", "float64"), start
        self.names = [one.state for one in part.delays]
        inputs = {name: one[:1] for name, one in start.inputs.items()}
        initial = self.kernel.given(start.parameters, inputs, None).initial
        draw = np.random.default_rng(3)  # beside the identity that some weights begin with
        self.parameters = {name: one + 0.01 * draw.random(one.shape)
                           for name, one in start.parameters.items()}
        self.state = {name: np.maximum(one, 0) + draw.uniform(0.1, 1, one.shape)
                      for name, one in initial.items()}

    def _finite(self, program: Program, start: Start) -> bool:
        kernel = symrnn.compile(program, "numpy", "float64")
        with np.errstate(all="ignore"):
            return bool(np.isfinite(kernel.forward(start.parameters, start.inputs).y).all())

    def at(self, rows: Array) -> Array:
        """The next states, a row for every row of last ones."""
        ends = np.cumsum([self.state[name][0].size for name in self.names])[:-1]
        state = {name: np.repeat(one, len(rows), 0) for name, one in self.state.items()}
        for name, own in zip(self.names, np.split(rows, ends, 1), strict=True):
            state[name] = own.reshape(len(rows), *self.state[name].shape[1:])
        inputs = {name: np.repeat(one[0], len(rows), 0) if one.ndim > 1 else one[0]
                  for name, one in self.start.inputs.items()}
        _, after = self.kernel.step(self.parameters, inputs, state)
        return np.concatenate([after[name].reshape(len(rows), -1) for name in self.names], 1)

    @property
    def here(self) -> Array:
        """The states as one row."""
        return np.concatenate([self.state[name].reshape(1, -1) for name in self.names], 1)

    def bend(self) -> float:
        """How far the step is from its chord, halfway between two states; zero where affine.

        Where states of both signs leave the domain of a function, they are positive.
        """
        far = 8 * np.random.default_rng(4).normal(size=(16, self.here.size))
        for ways in (far, np.abs(far)):
            with np.errstate(all="ignore"):
                ends = self.at(np.concatenate([self.here, self.here + ways, self.here + ways / 2]))
            if np.isfinite(ends).all():
                break
        bent = ends[:1] + ends[1:17] - 2 * ends[17:]
        return float(np.abs(bent).max() / np.abs(ends).max())

    def changes(self) -> Array:
        """How the next entries (columns) change with each last one (rows)."""
        rows = np.concatenate([self.here, self.here + np.eye(self.here.size)])
        after = self.at(rows)
        return after[1:] - after[:1]

    def apart(self, kept: int) -> Iterator[Array]:
        """Pairs of entries that must not meet: those whose indices along a kept axis differ."""
        for axis in range(kept):
            place = np.concatenate([np.indices(self.state[name].shape[1:])[axis].ravel()
                                    for name in self.names])
            yield place[:, None] != place[None, :]
