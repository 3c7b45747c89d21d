"""Narrow weights: matrices in 8 or 16 bits, computed with in float32, and what that changes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import symrnn
from symrnn import cli
from symrnn.cells import architectures
from symrnn.packaging import Packaged, package
from symrnn.packaging.drawn import drawn_parameters, vectors
from symrnn.packaging.narrow import KINDS, stored
from symrnn.program import Program, ProgramError
from symrnn.targets import NARROW
from symrnn.transforms import matrices, row_scale, scaled_rows
from tests.package.building import BOARD, nightly, on_cortex, program, run, section_sizes

BY_NAME = {one.name: one for one in architectures()}
SIZES = {"n": 3, "m": 4}
kinds = pytest.mark.parametrize("kind", NARROW)
NOTHING = "int main(void) { return 0; }\n"
STEP = """#include "lstm_model.h"
lstm_real x[16], h[32];
lstm_stream stream;
int main(void) { lstm_stream_step(&stream, &lstm_weights, x, h); return 0; }
"""


def sizes_of(network: Program) -> dict[str, int]:
    free = [one.name for one in network.sizes if one.value is None]
    return {name: 3 + place for place, name in enumerate(free)}


def narrowed(name: str, kind: str) -> Packaged:
    network = BY_NAME[name].build()
    return package(network, name, sizes_of(network), kinds=["zephyr"], weights_as=kind,
                   tolerance=1.0)


def passes(made: Packaged, folder: Path) -> None:
    """The program of its tests agrees with NumPy, with weights compiled in and from the file."""
    made.write(folder)
    check = program("gcc", folder, "check", folder)
    assert "right" in run(*check, cwd=folder)
    assert "right" in run(*check, str(folder / f"weights/{made.name}.bin"), cwd=folder)


@kinds
def test_a_narrow_package_passes_its_vectors(kind: str, tmp_path: Path) -> None:
    passes(package(symrnn.lstm(), "lstm", SIZES, weights_as=kind), tmp_path)


@nightly
@pytest.mark.parametrize("name", BY_NAME)
def test_every_cell_is_packed_with_narrow_weights(name: str, tmp_path: Path) -> None:
    passes(narrowed(name, NARROW[len(name) % len(NARROW)]), tmp_path)


@pytest.mark.parametrize("name", ["antisymmetric_rnn", "gla", "clockwork", "irnn", "lmu"])
def test_rows_are_scaled_whatever_the_axes(name: str, tmp_path: Path) -> None:
    passes(narrowed(name, "int8"), tmp_path)


@pytest.mark.sweep
@pytest.mark.parametrize("name", BY_NAME)
def test_scaled_rows_compute_what_scaled_matrices_do(name: str) -> None:
    network = BY_NAME[name].build()
    sizes, random = sizes_of(network), np.random.default_rng(2)
    params = drawn_parameters(network, sizes)
    scales = [row_scale(network, one.name) for one in matrices(network)]
    apart, whole = dict(params), dict(params)
    for one in scales:
        matrix = params[one.matrix]
        shape = [matrix.shape[place] for place in one.places]
        apart[one.name] = random.uniform(0.5, 2, shape)
        wide = [size if place in one.places else 1 for place, size in enumerate(matrix.shape)]
        whole[one.matrix] = matrix * apart[one.name].reshape(wide)
    found = vectors(scaled_rows(network, scales), sizes, apart)
    wanted = vectors(network, sizes, whole)
    for key, value in wanted.outputs.items():
        assert np.allclose(found.outputs[key], value, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "places"), [
    ("lstm", {"W_i": (0,), "U_i": (0,)}), ("antisymmetric_rnn", {"W_h": (), "V_h": (0,)}),
    ("gla", {"W_q": (0, 1), "W_o": (0,)}), ("convlstm", {"W_x_i": (0,)})])
def test_a_row_is_what_one_entry_of_a_result_sums_over(
        name: str, places: dict[str, tuple[int, ...]]) -> None:
    network = BY_NAME[name].build()
    assert {one: row_scale(network, one).places for one in places} == places


def test_a_scale_is_multiplied_once_behind_the_sum() -> None:
    files = package(symrnn.elman(), "net", {"n": 2, "m": 3, "p": 1}, kinds=["zephyr"],
                    weights_as="int8", tolerance=1.0).files
    assert """                {
                    net_real inner = 0;
                    for (size_t k = 0; k < n; ++k)
                        inner += from_int8(W[j * n + k]) * x[k];
                    sum += W_scale[j] * inner;
                }
""" in str(files["src/net.c"])


def test_parameters_that_are_no_matrix_stay_as_they_are() -> None:
    network = BY_NAME["hgrn2"].build()
    sizes = sizes_of(network)
    params = drawn_parameters(network, sizes)
    made = stored(network, sizes, params, "int8", 1.0)
    assert {"b_f", "b_i", "b_o", "gamma"} <= set(made.kept)
    for name in made.kept:
        assert made.stored[name] is params[name]
    for name in made.types:
        assert made.stored[name].dtype == np.int8


def test_a_row_of_one_entry_is_not_made_longer_by_its_scale() -> None:
    sizes = {"n": 1, "m": 4}
    made = stored(symrnn.elman(readout=False), sizes,
                  drawn_parameters(symrnn.elman(readout=False), sizes), "int8", 1.0)
    assert set(made.types) == {"U"}


@kinds
def test_what_is_stored_is_the_nearest_that_the_type_has(kind: str) -> None:
    network = symrnn.elman(readout=False)
    params = drawn_parameters(network, SIZES)
    params["U"][1] = 0  # a row without a scale of its own
    made = stored(network, SIZES, params, kind, 1.0)
    for name in ("W", "U"):
        scale = made.params[f"{name}_scale"][:, None] if kind == "int8" else 1
        step = scale / 2 if kind == "int8" else np.abs(params[name]) * 2.0 ** (
            -8 if kind == "bfloat16" else -11)
        error = np.abs(made.params[name] * scale - params[name])
        assert (error <= step * (1 + 1e-6) + 1e-30).all()
        assert not made.params[name][1].any() or name == "W"


def test_differences_are_those_of_a_run_with_the_stored_weights() -> None:
    network, params = symrnn.gru(), drawn_parameters(symrnn.gru(), SIZES)
    made = stored(network, SIZES, params, "int8", 1.0)
    near = {name: made.params[name] * made.params[f"{name}_scale"][:, None]
            if name in made.types else value for name, value in params.items()}
    before, after = vectors(network, SIZES, params), vectors(network, SIZES, near)
    told = {one.name: one for one in made.differences}
    assert list(told) == ["h", "final h"]
    for name, wide, narrow in (("h", before.outputs["h"], after.outputs["h"]),
                               ("final h", before.final["h"], after.final["h"])):
        error = np.abs(wide - narrow).max()
        assert error > 0
        assert told[name].largest == pytest.approx(error, rel=1e-3)
        assert told[name].share == pytest.approx(error / np.abs(wide).max(), rel=1e-3)


def test_the_readme_tells_what_is_saved_and_what_it_costs() -> None:
    made = package(symrnn.lstm(), "lstm", {"n": 16, "m": 32}, kinds=["cmake"], weights_as="int8")
    text = str(made.files["README.md"])
    matrices_, rows, biases = 4 * (32 * 16 + 32 * 32), 4 * 2 * 32, 4 * 32
    assert f"| weights, constant | {matrices_ + 4 * rows + 4 * biases} |" in text
    assert f"| the same weights, all in float32 | {4 * (matrices_ + biases)} |" in text
    assert len(made.files["weights/lstm.bin"]) == 64 + matrices_ + 4 * rows + 4 * biases
    for one in made.differences:
        assert f"| {one.name} | {one.largest:.2g} | {one.share:.2g} |" in text


def test_too_large_a_difference_is_refused_in_one_sentence(tmp_path: Path) -> None:
    words = ["package", "lstm", "-o", str(tmp_path / "net"), "--fix", "n=3,m=4", "--weights-as"]
    result = CliRunner().invoke(cli.app, [*words, "int8", "--tolerance", "1e-6"])
    assert isinstance(result.exception, ProgramError)
    assert re.fullmatch(r"lstm: with weights in int8 h differs .* more than the tolerance 1e-06; "
                        r"store .*--tolerance", str(result.exception))
    assert not list(tmp_path.iterdir())
    told = CliRunner().invoke(cli.app, [*words, "float16", "--for", "zephyr"])
    assert told.exit_code == 0
    for name in ("h", "final h", "final c"):
        assert f"\n{name} differs from that of float32 by " in f"\n{told.output}"


@pytest.mark.parametrize(("change", "told"), [
    ({"weights_as": "int4"}, "weights are not stored as 'int4'; there are int8, float16, bfloat16"),
    ({"weights_as": "int8", "train": "mean_squared_error"}, "leave out --train or --weights-as"),
])
def test_what_cannot_be_stored_so_is_said(change: dict[str, str], told: str) -> None:
    with pytest.raises(ProgramError, match=told):
        package(symrnn.gru(), "gru", SIZES, **change)


def test_weights_that_float16_does_not_reach_are_refused() -> None:
    params = drawn_parameters(symrnn.elman(readout=False), SIZES)
    params["W"][0, 0] = 70000
    with pytest.raises(ProgramError, match="'W' has weights that float16 does not reach"):
        stored(symrnn.elman(readout=False), SIZES, params, "float16", 1.0)
    assert stored(symrnn.elman(readout=False), SIZES, params, "bfloat16", 1.0).types


def test_the_command_line_knows_the_same_types() -> None:
    assert tuple(KINDS) == NARROW


def test_narrow_weights_on_the_board(tmp_path: Path) -> None:
    """The emulated Cortex-M4 agrees with NumPy, and its memory has room for what is saved."""
    package(symrnn.lstm(), "lstm", {"n": 16, "m": 32}, kinds=["cmake"],
            weights_as="int8").write(tmp_path)
    made = on_cortex(tmp_path, tmp_path / "tests/check.c", tmp_path)
    assert "right" in run(*BOARD, str(made), cwd=tmp_path)
    found = []
    for name, text in {"nothing": NOTHING, "step": STEP}.items():
        (tmp_path / f"{name}.c").write_text(text)
        found.append(section_sizes(on_cortex(tmp_path, tmp_path / f"{name}.c", tmp_path))[0])
    weights = 4 * (32 * 16 + 32 * 32) + 4 * (4 * 2 * 32 + 4 * 32)
    assert weights < found[1] - found[0] <= weights + 6000
