"""What narrow weights change, measured and told."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import symrnn
from symrnn import cli
from symrnn.packaging.drawn import drawn_parameters, vectors
from symrnn.packaging.rounded import HEAD, measured
from symrnn.program import Misused, ProgramError, UnknownName
from symrnn.targets import OF_KERNELS


def test_changes_are_those_of_a_kernel_on_the_same_numbers() -> None:
    (found,) = measured(["lstm"], "n=3,m=8", 9)
    network, sizes = symrnn.cell("lstm"), {"n": 3, "m": 8}
    params = drawn_parameters(network, sizes)
    truth = vectors(network, sizes, params, 9)
    assert found.name == "lstm" and list(found.differences) == list(OF_KERNELS)
    matrices = sum(one.size for one in params.values() if one.ndim > 1)
    assert found.narrow == matrices / sum(one.size for one in params.values())
    for kind, difference in found.differences.items():
        y, final = symrnn.compile(network, weights=kind).infer(params, truth.inputs)
        shares = {"h": (y, truth.outputs["h"])} | {
            f"final {name}": (final[name], truth.final[name]) for name in final}
        off = {name: np.abs(one - true).max() / np.abs(true).max()
               for name, (one, true) in shares.items()}
        assert np.isclose(difference.share, max(off.values()), rtol=1e-2)
        assert difference.name == max(off, key=lambda name: off[name])
        assert found.row[2 + 2 * list(OF_KERNELS).index(kind)] == f"{difference.share:.2%}"
    assert len(found.row) == len(HEAD)


def test_whole_numbers_change_more_than_halves_of_floats() -> None:
    for one in measured(["gru", "gla", "clockwork"], "", 20):
        assert 1e-4 < one.differences["bfloat16"].share < one.differences["int8"].share < 0.02


def test_the_command_tells_a_line_for_each_cell() -> None:
    result = CliRunner().invoke(
        cli.app, ["narrow", "lstm_peephole", "gru", "--fix", "m=4", "--T", "5"])
    assert result.exit_code == 0, result.output
    assert "over 5 steps (m=4, all others 16)" in result.stdout.replace("\n", " ")
    assert all(word in result.stdout for word in ("lstm_peephole", "gru", "int8 changes"))


@pytest.mark.parametrize(("names", "fix", "error"), [
    (["lstn"], "", UnknownName), (["lstm"], "k=3", Misused), (["lstm"], "m=0", Misused),
    (["elman"], "m", Misused)])
def test_what_is_wrong_is_told(names: list[str], fix: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        list(measured(names, fix, 3))


def test_what_gives_no_numbers_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*arguments: object) -> None:
        raise ProgramError("no finite numbers")

    monkeypatch.setattr("symrnn.packaging.rounded.vectors", none)
    with pytest.raises(ProgramError, match="no finite numbers"):
        list(measured(["lstm"], "m=3", 3))
