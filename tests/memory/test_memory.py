"""Every generated function with memory of just the told sizes, watched by sanitizers.

By day a few cells that have every kind of stage, by night all, at -O1; losses, optimisers and
derivatives are programs like any other. Planted faults show that each tool sees.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import symrnn
from symrnn.adjoint import tangent
from symrnn.cells import architectures
from symrnn.losses import LOSSES, with_loss
from symrnn.optimisers import OPTIMISERS, gradient_norm_clip
from symrnn.pipeline import derive
from symrnn.program import Program
from tests.cases import case
from tests.memory.building import (ALIKE, GUARDED, MSAN, PARTS, SHARING, TEAM, TOGETHER, VALGRIND,
                                   Tool, compiled, needs, nightly, tiles, watched)
from tests.memory.driver import EDGES, FEW, Sizes, write
from tests.memory.stages import kinds
from tests.networks_of_sides import SIDES, STACKED

CELLS: dict[str, Callable[[], Program]] = {one.name: one.build for one in architectures()}
DAY = ("gated_deltanet", "bidirectional_rnn", "rwkv4", "memory_controller_lstm",
       "mass_conserving_lstm", "hgrn2", "lstm_1997", "bidirectional_deep", "atr", "deep_rnn",
       "three_branches")
BESIDE: dict[str, Callable[[], Program]] = {
    **{name: lambda name=name: case(name) for name in ("bidirectional_deep", "look_ahead",
                                                       "constant_norm", "two_steps_back")},
    "three_branches": lambda: SIDES["three_branches"],
    **{f"stacked_{name}": lambda net=net: net for name, net in STACKED.items()},
    **{f"{loss}_of_gru": lambda loss=loss: with_loss(symrnn.gru(), LOSSES[loss]())
       for loss in LOSSES},
    **OPTIMISERS, "gradient_norm_clip": gradient_norm_clip,
    "tangent_of_lstm": lambda: tangent(symrnn.lstm(peephole=True)),
    "masked_lstm": lambda: symrnn.lstm(zoneout=True, dropout="recurrent", learned_initial=True)}
PROGRAMS = {**CELLS, **BESIDE}
SAMPLE = ("lstm_layer_norm", "mlstm", "rwkv4", "bidirectional_rnn")
LARGE = (Sizes(9, 5, 18), Sizes(40, 2, 33))
profiles = pytest.mark.parametrize("profile", ["portable", "simd", "samples"])
TILES: dict[str, list[str]] = {}


def mostly_nightly(*by_day: str, of: tuple[str, ...] = tuple(PROGRAMS)) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [
        pytest.param(one, marks=() if one in by_day else nightly) for one in of])


@pytest.fixture(scope="session")
def shared_tiles(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Tool], list[str]]:
    """Tiles by the tool that they are compiled for."""
    def of(tool: Tool) -> list[str]:
        if tool.name not in TILES:
            TILES[tool.name] = tiles(tool, tmp_path_factory.mktemp("tiles"))
        return TILES[tool.name]

    return of


def finds_nothing(tool: Tool, name: str, profile: str, table: tuple[Sizes, ...], folder: Path,
                  of_tiles: Callable[[Tool], list[str]]) -> None:
    needs(tool.command[0], *tool.front[:1])
    sources = write(folder, name, derive(PROGRAMS[name]()), profile, table)
    made = compiled(tool, folder, sources, *(of_tiles(tool) if profile == "simd" else ()))
    done = watched(tool, made)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "right\n", done.stdout
    assert not done.stderr, done.stderr


@profiles
@mostly_nightly(*DAY, "adam", "mean_squared_error_of_gru")
def test_nothing_is_touched_outside_or_before_it_is_written(
        name: str, profile: str, tmp_path: Path, shared_tiles: Callable[[Tool], list[str]]) -> None:
    """Guard pages at either end; read-only what is const; any bits in fresh memory."""
    finds_nothing(GUARDED, name, profile, EDGES, tmp_path, shared_tiles)


@nightly
def test_by_day_there_is_every_kind_of_stage() -> None:
    by_day = set().union(*(kinds(derive(PROGRAMS[name]())) for name in DAY))
    for name in CELLS:
        assert kinds(derive(CELLS[name]())) <= by_day, name


@nightly
@profiles
@mostly_nightly(of=tuple(dict.fromkeys((*SAMPLE, *DAY))))
def test_clang_finds_nothing_either(
        name: str, profile: str, tmp_path: Path, shared_tiles: Callable[[Tool], list[str]]) -> None:
    finds_nothing(ALIKE, name, profile, EDGES, tmp_path, shared_tiles)


@profiles
@pytest.mark.parametrize("tool", [MSAN, VALGRIND], ids=lambda tool: tool.name)
@mostly_nightly(of=tuple(dict.fromkeys((*SAMPLE, *DAY))))
def test_nothing_is_read_before_it_is_written(
        name: str, tool: Tool, profile: str, tmp_path: Path,
        shared_tiles: Callable[[Tool], list[str]]) -> None:
    finds_nothing(tool, name, profile, FEW + LARGE[:1], tmp_path, shared_tiles)


@profiles
@mostly_nightly("lstm_layer_norm", of=tuple(dict.fromkeys((*SAMPLE, *DAY))))
def test_threads_share_parameters(
        name: str, profile: str, tmp_path: Path, shared_tiles: Callable[[Tool], list[str]]) -> None:
    """Each with memory of its own; all read one set of packed weights, at the same time."""
    finds_nothing(SHARING, name, profile, LARGE[:1], tmp_path, shared_tiles)


@pytest.mark.parametrize("profile", ["simd", "samples"])
@mostly_nightly(of=tuple(dict.fromkeys((*SAMPLE, *DAY))))
def test_a_team_of_threads_has_no_race(
        name: str, profile: str, tmp_path: Path, shared_tiles: Callable[[Tool], list[str]]
        ) -> None:
    finds_nothing(TEAM, name, profile, LARGE, tmp_path, shared_tiles)


@pytest.mark.parametrize("tool", [PARTS, TOGETHER], ids=lambda tool: tool.name)
@mostly_nightly("bidirectional_rnn", of=("bidirectional_rnn", "deep_bidirectional_lstm"))
def test_sides_have_no_race(
        name: str, tool: Tool, tmp_path: Path, shared_tiles: Callable[[Tool], list[str]]) -> None:
    """Two threads of one direction meet and that of the other one meets nobody, or all meet."""
    finds_nothing(tool, name, "simd", LARGE, tmp_path, shared_tiles)


@pytest.mark.parametrize("tool", [PARTS, TOGETHER], ids=lambda tool: tool.name)
@mostly_nightly("deep_rnn", of=("deep_rnn", *(f"stacked_{one}" for one in STACKED)))
def test_stacked_layers_have_no_race(
        name: str, tool: Tool, tmp_path: Path, shared_tiles: Callable[[Tool], list[str]]) -> None:
    """Three threads of two, three and four layers: two of one, one of each, one of several."""
    finds_nothing(tool, name, "simd", LARGE, tmp_path, shared_tiles)


def with_fault(tool: Tool, folder: Path, profile: str, filename: str, right: str, wrong: str,
               of_tiles: list[str], table: tuple[Sizes, ...] = FEW, name: str = "elman") -> str:
    """What the tool says of a network with a fault that is planted in one of its files."""
    sources = write(folder, "net", derive(symrnn.cell(name)), profile, table)
    text = (folder / filename).read_text(encoding="utf-8")
    assert right in text
    (folder / filename).write_text(text.replace(right, wrong), encoding="utf-8")
    done = watched(tool, compiled(tool, folder, sources, *of_tiles))
    assert done.returncode, "a planted fault was not found"
    return done.stdout + done.stderr


@pytest.mark.parametrize(("filename", "right", "wrong", "told"), [
    ("net.c", "j < m;", "j <= m;", "AddressSanitizer"),
    ("net.c", "for (size_t t = 0; t < T; ++t)", "for (size_t t = T; t-- > 0;)", "is no number"),
    ("main.c", "room(net_tape_size(&sizes))", "room(net_tape_size(&sizes) - 1)", "AddressSan"),
    ("main.c", "frozen(tape);", "frozen(tape), tape[0] = 1;", "AddressSanitizer"),
])
def test_guards_see(filename: str, right: str, wrong: str, told: str, tmp_path: Path) -> None:
    assert told in with_fault(GUARDED, tmp_path, "portable", filename, right, wrong, [])


@nightly
@pytest.mark.parametrize("tool", [MSAN, VALGRIND], ids=lambda tool: tool.name)
def test_what_was_never_written_is_seen(tool: Tool, tmp_path: Path) -> None:
    told = with_fault(tool, tmp_path, "portable", "net.c", "for (size_t t = 0; t < T; ++t)",
                      "for (size_t t = T; t-- > 0;)", [])
    assert "uninitiali" in told


def test_a_race_between_callers_is_seen(tmp_path: Path) -> None:
    told = with_fault(SHARING, tmp_path, "portable", "main.c",
                      "room(net_forward_work_size(&sizes ))", "(real *)the->parameters.U", [],
                      LARGE[:1])
    assert "data race" in told


@nightly
def test_a_missing_barrier_is_seen(tmp_path: Path) -> None:
    told = with_fault(TEAM, tmp_path, "simd", "symrnn_simd.h", '_Pragma("omp barrier")', "", [],
                      LARGE)
    assert "data race" in told


@nightly
@pytest.mark.parametrize(("tool", "missing"), [
    (PARTS, "wait_for_part((part).at, (part).threads);"), (TOGETHER, "BARRIER                  ")])
def test_threads_of_a_side_that_do_not_meet_are_seen(
        tool: Tool, missing: str, tmp_path: Path) -> None:
    told = with_fault(tool, tmp_path, "simd", "symrnn_simd.h", missing, " " * len(missing), [],
                      LARGE, "bidirectional_rnn")
    assert "data race" in told


@nightly
@pytest.mark.parametrize(("right", "wrong"), [
    ("wait_for_steps((part).at - 1, steps)", "(void)(steps)"),
    ("->done, steps, __ATOMIC_RELEASE", "->done, steps, __ATOMIC_RELAXED")])
def test_a_layer_that_does_not_wait_for_the_one_below_is_seen(
        right: str, wrong: str, tmp_path: Path) -> None:
    told = with_fault(PARTS, tmp_path, "simd", "symrnn_simd.h", right, wrong, [], LARGE, "deep_rnn")
    assert "data race" in told
