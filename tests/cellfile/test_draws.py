"""Which numbers a symbol may be: read behind ``~``, kept by files of networks, and drawn so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.cellfile import CellFileError, parse
from symrnn.program import Program, Role
from symrnn.program.draw import drawn

START = "cell own\ninput x[n]\nstate h[m]\noutput h\n"
END = "\nh[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n"
PARAMETERS = """\
const low = 0.5
param W_*[m,n] ~ 0.25, b[j: m] ~ j / m "bias", U[i: m, j: m] ~ where(i == j, 1, 0) "weights"
param c[m] ~ low + uniform / 2
param d[m] ~ log(c) "made of c"
h[t] = tanh(W_a @ x[t] + U @ h[t-1] + b) * c + d
"""


def numbers(program: Program, *roles: Role) -> dict[str, np.ndarray]:
    sizes = {"m": 4, "n": 3, "T": 5, "B": 1}
    return drawn(program, roles, sizes, np.random.default_rng(1))


def test_numbers_are_drawn_as_a_file_says() -> None:
    found = numbers(parse(START + PARAMETERS), Role.PARAMETER)
    np.testing.assert_array_equal(found["U"], np.eye(4))
    np.testing.assert_array_equal(found["b"], np.arange(4) / 4)
    np.testing.assert_array_equal(found["W_a"], np.full((4, 3), 0.25))
    assert np.all((found["c"] >= 0.5) & (found["c"] < 1)) and len(set(found["c"])) == 4
    np.testing.assert_allclose(found["d"], np.log(found["c"]))


def test_an_input_reads_its_step_and_a_state_starts_so() -> None:
    program = parse("cell own\ninput x[n], k[m] ~ where(t <= 2, 1, 0)\nstate h[m] ~ 1 + uniform\n"
                    "param W[m,n]\noutput h\nh[t] = k[t] * h[t-1] + W @ x[t]\n")
    found = numbers(program, Role.INPUT, Role.INITIAL)
    np.testing.assert_array_equal(found["k"][:, 0, 0], [1, 1, 0, 0, 0])
    (initial,) = [one for one in found if one != "k"]
    assert np.all(found[initial] >= 1)


def test_the_file_of_a_network_keeps_them(tmp_path: Path) -> None:
    program = parse(START + PARAMETERS)
    sizes = {"m": 4, "n": 3}
    values = {one.name: np.zeros([sizes[axis] for axis in one.axes])
              for one in program.with_role(Role.PARAMETER)}
    symrnn.save(program, values, str(tmp_path / "own.npz"))
    again, _ = symrnn.load(str(tmp_path / "own.npz"))
    assert [one.drawn for one in again.variables] == [one.drawn for one in program.variables]
    assert sum(one.drawn is not None for one in program.variables) == 5


@pytest.mark.parametrize("line, message", [
    ("param b[i: m], W[m,n], U[m,m]", "nothing reads the index 'i'"),
    ("param b[i: m] ~ t, W[m,n], U[m,m]", "only the numbers of an input read t"),
    ("param U[i: m, i: m] ~ i, W[m,n], b[m]", "'i' means something else here"),
    ("param b[uniform: m] ~ uniform, W[m,n], U[m,m]", "'uniform' means something else here"),
    ("param W[m,n], U[m,m], b[m] ~ W", "'b' is [m], but its numbers are [m, n]"),
    ("param U[m,m], W[m,n], b[m] ~ sum(W, n)", "no product or sum goes over an axis"),
    ("param b[m] ~ a, W[m,n], U[m,m]", "'a'"), ("param b[m] ~, W[m,n], U[m,m]", "unexpected ','"),
    ("param b[m] ~ 1, W[m,n], U[m,m], V[m] ~ b", "'V' is never used"),
    ("param V[m] ~ 1, b[m] ~ V, W[m,n], U[m,m]", "'V' is never used")])
def test_what_cannot_be_drawn_is_told_with_its_place(line: str, message: str) -> None:
    with pytest.raises(CellFileError) as error:
        parse(START + line + END)
    assert message in str(error.value) and "^" in str(error.value)


def test_uniform_is_a_name_like_others_in_equations() -> None:
    program = parse(START + "param uniform[m], c[m] ~ uniform\n"
                    "h[t] = uniform * h[t-1] + c * sum(x[t])")
    assert numbers(program, Role.PARAMETER).keys() == {"c"}
