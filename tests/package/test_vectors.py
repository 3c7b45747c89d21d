"""The step of one sample in vectors gives what the portable step and the shipped vectors give.

By day a sample of cells and widths; SYMRNN_EXHAUSTIVE=1 takes all cells that stream.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from platform import machine

import pytest

import symrnn
from symrnn.cells import Architecture, architectures
from symrnn.cellfile import parse
from symrnn.packaging import package
from symrnn.pipeline import derive
from symrnn.program import ProgramError
from symrnn.rendering import section
from symrnn.schedule import stream_plan
from symrnn.schedule.streaming import side_by_side
from tests.package.building import HERE, WARNINGS, nightly, run, sources

STREAMING = [one for one in architectures() if derive(one.build()).streams]
BEGIN = """#include <math.h>
#include <stdint.h>
#include <string.h>
typedef float real;
#define WIDEST_LANES 8
"""
CELLS = {one.name: one for one in STREAMING}
DAILY = ("lstm", "gru", "qrnn", "rwkv4", "lru", "deep_rnn", "slstm", "lstm_layer_norm", "ltc")
WIDTHS = {"plain": (), "this": ("-march=native",),
          "half": ("-march=native", *(("-mno-avx512f",) if machine() == "x86_64" else ()))}
SIZES = (5, 8, 20, 33)
cells = pytest.mark.parametrize("cell", [
    pytest.param(one, marks=() if one.name in DAILY else nightly, id=one.name)
    for one in STREAMING])


@pytest.fixture(autouse=True)
def _unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """No compiler tells how large the code is, which takes longest."""
    monkeypatch.setattr(import_module("symrnn.packaging.package"), "measured", lambda *given: ())


def written(cell: Architecture, size: int, folder: Path) -> None:
    """A package of a cell, with sizes that differ where the cell lets them."""
    network = cell.build()
    names = [one.name for one in network.sizes if one.value is None]
    try:
        made = package(network, "net", {name: size + k % 3 for k, name in enumerate(names)})
    except ProgramError:  # one size is another's part
        made = package(network, "net", dict.fromkeys(names, size))
    made.write(folder)


def checked(folder: Path, out: Path, *flags: str, compiler: str = "gcc") -> None:
    """The package's own check, which runs portable and fast steps on the shipped vectors."""
    run(compiler, "-std=c99", *WARNINGS, *flags, f"-I{folder}/src", *sources(folder),
        f"{folder}/tests/check.c", "-lm", "-o", str(out / "check"), cwd=out)
    assert "right" in run(str(out / "check"), cwd=out)


@cells
def test_it_passes_the_vectors_of_the_package(cell: Architecture, tmp_path: Path) -> None:
    for size in (8, 21):
        written(cell, size, tmp_path)
        checked(tmp_path, tmp_path, "-march=native")
        checked(tmp_path, tmp_path)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ("lstm", "gru"))
def test_every_width_and_rest(name: str, size: int, width: str, tmp_path: Path) -> None:
    written(CELLS[name], size, tmp_path)
    checked(tmp_path, tmp_path, *WIDTHS[width])


def test_without_vectors_it_is_the_portable_step(tmp_path: Path) -> None:
    written(CELLS["lstm"], 8, tmp_path)
    checked(tmp_path, tmp_path, "-DNET_FAST_PORTABLE")


def test_it_says_where_it_is_the_portable_step() -> None:
    for name, is_portable in (("lstm", False), ("lstm_layer_norm", True)):
        files = package(CELLS[name].build(), "net", {"n": 3, "m": 4}).files
        assert ("and are no faster" in str(files["src/net_fast.h"])) == is_portable
        assert ("add_columns" in str(files["src/net_fast.c"])) != is_portable


def test_narrow_weights_have_no_fast_step() -> None:
    files = package(symrnn.lstm(), "net", {"n": 3, "m": 4}, weights_as="int8").files
    assert "src/net_fast.c" not in files


def test_it_takes_new_weights_when_it_is_told(tmp_path: Path) -> None:
    written(CELLS["gru"], 8, tmp_path)
    run("gcc", "-std=c99", *WARNINGS, f"-I{tmp_path}/src", *sources(tmp_path),
        str(HERE / "new_weights.c"), "-lm", "-o", str(tmp_path / "new"), cwd=tmp_path)
    assert run(str(tmp_path / "new"), cwd=tmp_path) == "old new\n"


@pytest.mark.parametrize("flags", ((), ("-march=native",), ("-ffp-contract=off",)))
@pytest.mark.parametrize("compiler", ("gcc", "clang"))
def test_activations_are_near_and_inside(compiler: str, flags: tuple[str, ...], tmp_path: Path
                                         ) -> None:
    parts = ("stream/opening", "shared/vectors", "shared/elementary_functions",
             "stream/activations")
    end = (HERE / "near.c").read_text(encoding="utf-8")
    (tmp_path / "near.c").write_text("".join((BEGIN, *map(section, parts), end)), encoding="utf-8")
    run(compiler, "-std=gnu99", "-O2", *flags, "near.c", "-lm", "-o", "near", cwd=tmp_path)
    assert run(str(tmp_path / "near"), cwd=tmp_path) == "tanh 1 1, sigmoid 1 1, nan 1\n"


@pytest.mark.parametrize("some", (
    [("z", "r", "n"), ("z", "r", "q")], [("a", "b"), ("b", "c"), ("c", "d")], [("a",), ("b", "a")]))
def test_gates_of_each_operand_stand_side_by_side(some: list[tuple[str, ...]]) -> None:
    order = side_by_side(some)
    assert sorted(order) == sorted({gate for gates in some for gate in gates})
    for gates in some:
        places = sorted(map(order.index, gates))
        assert places == list(range(places[0], places[0] + len(gates)))


def test_gates_of_two_operands_share_their_sums() -> None:
    plan = derive(symrnn.gru()).tiled.step
    assert plan is not None
    found = stream_plan(plan)
    assert found is not None
    (group,) = found.groups
    assert {one.operand: len(one.weights) for one in group.columns} == {"x": 3, "h_prev": 3}
    assert len(group.gates) == 4


HOSTILE = """
cell words
title "Names of the fast file itself"
input OWN_0[turn] "input"
state sums[real] "hidden state"
state quick_tanh[real] "memory"
param columns[real,turn] "weights"
param NUMBERS[real,real] "weights"
param SERPENTINE[real] "bias"
param packed "a number"
output sums

order[t] = columns @ OWN_0[t] + NUMBERS @ sums[t-1] + SERPENTINE
panel[t] = sigmoid(order[t])
quick_tanh[t] = panel[t] * quick_tanh[t-1] + packed * tanh(order[t])
sums[t] = tanh(quick_tanh[t]) * panel[t]
"""


def test_symbols_may_have_the_names_of_the_file(tmp_path: Path) -> None:
    network = parse(HOSTILE)
    package(network, "net", {"turn": 3, "real": 9}).write(tmp_path)
    assert "add_columns" in (tmp_path / "src/net_fast.c").read_text(encoding="utf-8")
    checked(tmp_path, tmp_path)


def test_the_room_for_weights_holds_a_number_behind_the_last_panel(tmp_path: Path) -> None:
    """31 units have panels as long in vectors of 8 lanes as in those of 16, which room is for."""
    package(parse(HOSTILE), "net", {"turn": 3, "real": 31}).write(tmp_path)
    checked(tmp_path, tmp_path, "-march=native", "-fsanitize=address,undefined",
            "-fno-sanitize-recover=all")
