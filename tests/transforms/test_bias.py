"""Networks without biases."""

import numpy as np
import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.checking.reference import random_case
from symrnn.program import Role

NAMES = [one.name for one in architectures()]


def parameters(program: symrnn.Program) -> dict[str, tuple[str, ...]]:
    return {one.name: one.axes for one in program.with_role(Role.PARAMETER)}


def dropped(name: str, **options: bool) -> set[str]:
    with_bias, without = (symrnn.cell(name, bias=bias, **options) for bias in (True, False))
    return set(parameters(with_bias)) - set(parameters(without))


@pytest.mark.parametrize("name", NAMES)
def test_leaving_out_is_setting_to_zero(name: str) -> None:
    """The case of the bare network, with zeros added for what it lacks."""
    bare = symrnn.cell(name, bias=False)
    case = random_case(symrnn.derive(bare), seed=6)
    whole = symrnn.compile(symrnn.cell(name), "numpy", "float64")
    zeros = {key: np.zeros([case.sizes[axis] for axis in one.axes])
             for key, one in whole.parameters.items() if key not in case.parameters}
    found = symrnn.compile(bare, "numpy", "float64").forward(
        case.parameters, case.inputs, case.initial)
    wanted = whole.forward({**case.parameters, **zeros}, case.inputs, case.initial)
    for key, value in wanted.outputs.items():
        assert np.allclose(found.outputs[key], value, rtol=0, atol=1e-13), key


def test_every_bias_goes_and_nothing_else() -> None:
    assert dropped("elman") == {"b", "b_y"}
    assert dropped("lstm_peephole") == {"b_i", "b_f", "b_g", "b_o"}
    assert dropped("gru") == {"b_z", "b_r", "b_n", "c_n"}
    assert dropped("bidirectional_rnn") == {"forward.b", "backward.b", "b_y"}


def test_two_biases_stand_where_pytorch_has_two() -> None:
    added = {name: set(parameters(symrnn.cell(name, bias=2))) - set(parameters(symrnn.cell(name)))
             for name in ("lstm", "gru", "elman", "jordan", "mingru", "bidirectional_rnn")}
    assert added == {
        "lstm": {f"b_{gate}_recurrent" for gate in "ifgo"},
        "gru": {"b_z_recurrent", "b_r_recurrent"},  # the candidate's is c_n already
        "elman": {"b_recurrent"}, "jordan": {"b_recurrent"}, "mingru": set(),
        "bidirectional_rnn": {"forward.b_recurrent", "backward.b_recurrent"}}


@pytest.mark.parametrize("backend", ["c", "numpy"])
@pytest.mark.parametrize("name", ["lstm", "gru", "gru_reset_before", "deep_rnn"])
def test_two_biases_are_their_sum(name: str, backend: str) -> None:
    program = symrnn.cell(name, bias=2)
    case = random_case(symrnn.derive(program), seed=6)
    two, one = (symrnn.compile(each, backend, "float64") for each in
                (program, symrnn.cell(name)))
    merged = {key: array + case.parameters.get(f"{key}_recurrent", 0)
              for key, array in case.parameters.items() if key in one.parameters}
    found = two.forward(case.parameters, case.inputs, case.initial)
    wanted = one.forward(merged, case.inputs, case.initial)
    assert np.allclose(found.y, wanted.y, rtol=0, atol=1e-14)
    gradients = two.backward(found, case.y_bar, case.final_bar)
    told = one.backward(wanted, case.y_bar, case.final_bar)
    for key in two.parameters:
        single = told[key.removesuffix("_recurrent")]
        assert np.allclose(gradients[key], single, rtol=0, atol=1e-13), key


def test_another_number_of_biases_is_refused() -> None:
    with pytest.raises(ValueError, match="bias is 3; it is True, False or 2"):
        symrnn.lstm(bias=3)


def test_one_bias_is_what_a_cell_has_and_none_is_none() -> None:
    assert symrnn.lstm(bias=1) == symrnn.lstm(bias=True) == symrnn.lstm()
    assert symrnn.lstm(bias=0) == symrnn.lstm(bias=False)
