"""The gated and the simple cells: what reduces to what, and what their papers promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.authoring import deep, readout
from symrnn.cells import cell
from symrnn.kernels import compile
from symrnn.program import Program, ProgramError, Role

STEPS, BATCH, SIZES = 5, 3, {"n": 4, "m": 6, "p": 2, "k": 3, "r": 2}
Values = dict[str, Any]


def drawn(program: Program) -> Values:
    """Parameters, inputs and initial states of a program, each by its own name's dice."""
    values = {}
    for one in program.with_role(Role.PARAMETER, Role.INPUT, Role.INITIAL):
        dice = np.random.default_rng(list(one.name.encode()))
        shape = [{"T": STEPS, "B": BATCH}.get(axis) or SIZES[axis] for axis in one.shape]
        values[one.name] = dice.normal(0, 0.6, shape)
    return values


def run(program: Program, values: Values | None = None) -> Any:
    """The output of the NumPy kernel in float64; the rest is drawn."""
    values = {**drawn(program), **(values or {})}

    def group(role: Role) -> Values:
        return {one.name: values[one.name] for one in program.with_role(role)}

    kernel = compile(program, "numpy", "float64")
    initial = {one.source: values[one.initial] for one in program.delays}
    got = kernel.forward(group(Role.PARAMETER), group(Role.INPUT), initial)
    return got.outputs[program.outputs[0]]


def same(first: Any, second: Any) -> None:
    np.testing.assert_allclose(first, second, rtol=1e-13, atol=1e-14)


def parameters(program: Program) -> list[str]:
    return [one.name for one in program.with_role(Role.PARAMETER)]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("learned, coupled", [("i", "lstm_coupled"), ("f", "lstm_coupled_input")])
def test_coupled_lstm_is_one_whose_gates_have_opposite_parameters(
        learned: str, coupled: str) -> None:
    values, other = drawn(cell(coupled)), {"i": "f", "f": "i"}[learned]
    opposite = {f"{one}_{other}": -values[f"{one}_{learned}"] for one in "WUb"}
    assert f"W_{other}" not in values
    same(run(cell(coupled)), run(cell("lstm"), values | opposite))


def test_the_two_ways_to_couple_differ_by_the_sign_of_the_gate() -> None:
    values = drawn(cell("lstm_coupled"))
    opposite = {f"{one}_f": -values[f"{one}_i"] for one in "WUb"}
    same(run(cell("lstm_coupled")), run(cell("lstm_coupled_input"), values | opposite))


def test_lstm_of_1997_never_forgets() -> None:
    open_gate = {"b_f": np.full(SIZES["m"], 1e3)}
    same(run(cell("lstm_1997")), run(cell("lstm"), open_gate))
    assert "W_f" not in parameters(cell("lstm_1997"))


def test_squashing_functions_of_1997_are_options() -> None:
    program = cell("lstm_1997", activation=("scaled_tanh", 2, 0.5),
                   output_activation=("scaled_tanh", 1, 0.5))
    values = drawn(program)
    x, h, c = values["x"][0], values["initial.h"], values["initial.c"]
    z, i, o = (x @ values[f"W_{one}"].T + h @ values[f"U_{one}"].T + values[f"b_{one}"]
               for one in "gio")
    c = c + sigmoid(i) * (4 * sigmoid(z) - 2)
    same(run(program)[0], sigmoid(o) * (2 * sigmoid(c) - 1))


def test_options_of_the_lstm_add_up() -> None:
    program = cell("lstm", peephole=True, coupled="f=1-i", projection=True, layer_norm=True)
    assert {"p_i", "p_o", "P", "alpha_1_g", "beta_2_o", "alpha_3"} <= set(parameters(program))
    assert not {"p_f", "W_f", "alpha_1_f"} & set(parameters(program))
    assert program["U_o"].axes == ("m", "p") and program["h"].axes == ("p",)


@pytest.mark.parametrize("options", [{"coupled": "f=i"},
                                     {"coupled": "i=1-f", "forget_gate": False}])
def test_gates_that_cannot_be_coupled_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ProgramError, match="it wants two gates and is one of f=1-i, i=1-f"):
        cell("lstm", **options)


def test_projection_by_the_identity_is_none() -> None:
    program, m = cell("lstm_projection"), SIZES["m"]
    square = {one.name: np.resize(drawn(program)[one.name], [m] * len(one.axes))
              for one in program.variables if one.axes == ("m", "p")}
    values = square | {"P": np.eye(m), "initial.h": drawn(cell("lstm"))["initial.h"]}
    same(run(program, values), run(cell("lstm"), values))


def test_readout_of_a_projection_has_a_width_of_its_own() -> None:
    network = readout(cell("lstm_projection"))
    assert network["V"].axes == ("p_y", "p") and network["b_y"].axes == ("p_y",)


@pytest.mark.parametrize("letter", ["W", "U"])
def test_layer_norm_does_not_see_the_scale_of_all_weights(letter: str) -> None:
    """The paper's section 5.1: the whole matrix may be scaled, one row of it may not."""
    program = cell("lstm_layer_norm")
    values = {name: array * 30 if name[0] in "WU" else array
              for name, array in drawn(program).items()}
    scaled = {name: array * 1000 for name, array in values.items() if name.startswith(letter)}
    np.testing.assert_allclose(run(program, values), run(program, values | scaled), rtol=1e-6)
    one_gate = values | {f"{letter}_i": values[f"{letter}_i"] * 1000}
    assert not np.allclose(run(program, values), run(program, one_gate), rtol=1e-3)


def test_layer_norm_takes_mean_and_variance_over_all_gates() -> None:
    program = cell("lstm_layer_norm")
    values = drawn(program)

    def normal(parts: list[Any], number: int, gates: str) -> Any:
        long = np.concatenate(parts, axis=-1)
        mean, spread = long.mean(-1, keepdims=True), long.var(-1, keepdims=True)
        gain, shift = (np.concatenate([values[f"{what}_{number}_{one}".rstrip("_")]
                                       for one in gates]) for what in ("alpha", "beta"))
        return gain * (long - mean) / np.sqrt(spread + 1e-5) + shift

    x, h, c = values["x"][0], values["initial.h"], values["initial.c"]
    total = normal([h @ values[f"U_{one}"].T for one in "figo"], 1, "figo")
    total = total + normal([x @ values[f"W_{one}"].T for one in "figo"], 2, "figo")
    f, i, g, o = np.split(total + np.concatenate([values[f"b_{one}"] for one in "figo"]), 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    alpha, beta = values["alpha_3"], values["beta_3"]
    c = alpha * (c - c.mean(-1, keepdims=True)) / np.sqrt(c.var(-1, keepdims=True) + 1e-5) + beta
    same(run(program)[0], sigmoid(o) * np.tanh(c))


def test_mgu_is_a_gru_whose_two_gates_are_one() -> None:
    """In the GRU z keeps, in the MGU f replaces: one has the parameters of the other, negated."""
    values = drawn(cell("mgu"))
    gru = {f"{one}_n": values[f"{one}_h"] for one in "WUb"}
    for one in "WUb":
        gru |= {f"{one}_r": values[f"{one}_f"], f"{one}_z": -values[f"{one}_f"]}
    same(run(cell("mgu")), run(cell("gru_reset_before"), gru))


def test_ligru_is_a_gru_that_never_resets() -> None:
    values = drawn(cell("ligru", activation="tanh"))
    gru = {f"{one}_{new}": values[f"{one}_{old}"] for one in "WUb" for new, old in ("zz", "nh")}
    gru["b_r"] = np.full(SIZES["m"], 1e3)
    same(run(cell("ligru", activation="tanh")), run(cell("gru_reset_before"), gru))


def test_ugrnn_and_ligru_name_the_same_function() -> None:
    values = drawn(cell("ugrnn"))
    other = {f"{one}_{new}": values[f"{one}_{old}"] for one in "WUb" for new, old in ("zg", "hc")}
    same(run(cell("ugrnn")), run(cell("ligru", activation="tanh"), other))


def test_janet_without_its_offset_is_ugrnn() -> None:
    values = drawn(cell("janet"))
    other = {f"{one}_g": values[f"{one}_f"] for one in "WUb"}
    same(run(cell("janet", beta=0)), run(cell("ugrnn"), values | other))


def test_janet_lets_in_more_than_it_forgets() -> None:
    program = cell("janet", activation="affine")
    values = {"W_c": np.zeros((SIZES["m"], SIZES["n"])), "U_c": np.zeros([SIZES["m"]] * 2),
              "b_c": np.ones(SIZES["m"]), "initial.h": np.ones((BATCH, SIZES["m"]))}
    assert np.all(run(program, values) > 1), "the two shares of one make more than one"


def test_indrnn_is_a_plain_network_with_a_diagonal_matrix() -> None:
    values = drawn(cell("indrnn"))
    same(run(cell("indrnn")), run(cell("irnn"), {"U": np.diag(values["u"])}))


def test_irnn_of_identity_and_no_input_keeps_a_positive_state() -> None:
    m = SIZES["m"]
    start = np.abs(drawn(cell("irnn"))["initial.h"])
    values = {"U": np.eye(m), "b": np.zeros(m), "W": np.zeros((m, SIZES["n"])), "initial.h": start}
    same(run(cell("irnn"), values), np.broadcast_to(start, (STEPS, BATCH, m)))


def test_scrn_averages_its_input_and_sees_it_directly() -> None:
    program, m = cell("scrn", readout=False), SIZES["m"]
    values = drawn(program)
    alone = run(program, {"P": np.zeros((m, SIZES["k"]))})
    same(alone, run(cell("irnn", activation="sigmoid"),
                    {"W": values["A"], "U": values["R"], "b": np.zeros(m)}))
    program = cell("scrn")
    values = drawn(program) | {"U": np.zeros((SIZES["p"], m)), "alpha": np.array(0.95)}
    s, outputs = values["initial.s"], run(program, values)
    for x, y in zip(values["x"], outputs, strict=True):
        s = 0.95 * s + 0.05 * x @ values["B"].T
        same(y, s @ values["V"].T)


def test_clockwork_modules_tick_at_their_periods_and_see_slower_ones_only() -> None:
    program, m = cell("clockwork"), SIZES["m"]
    periods = np.array([1, 1, 2, 2, 4, 4])
    ticks = np.arange(STEPS)[:, None] % periods == 0
    k = np.repeat(ticks[:, None].astype(float), BATCH, axis=1)
    M = (periods[:, None] <= periods).astype(float)
    values = drawn(program) | {"k": k, "M": M}
    h = run(program, values)
    assert np.all((np.diff(h, axis=0) != 0) == (k[1:] == 1))
    changed = values["initial.h"].copy()
    changed[:, :2] += 1
    assert np.all(run(program, values | {"initial.h": changed})[..., 2:] == h[..., 2:])
    plain = run(program, {"k": np.ones_like(k), "M": np.ones((m, m))})
    same(plain, run(cell("irnn", activation="tanh"),
                    {"W": values["W_I"], "U": values["W_H"], "b": np.zeros(m)}))


def test_layers_of_a_clockwork_tick_together() -> None:
    network = deep(cell("clockwork"), 2)
    assert [one.name for one in network.with_role(Role.INPUT)] == ["x", "k"]
    h = run(network, {"k": np.zeros((STEPS, BATCH, SIZES["m"]))})
    assert np.all(h == drawn(network)["initial.layer2.h"])


def test_ran_memory_is_a_weighted_sum_of_contents() -> None:
    """The paper's point: with the identity the output is a weighted sum of inputs."""
    program = cell("ran", activation="linear")
    values = drawn(program) | {"initial.c": np.zeros((BATCH, SIZES["m"]))}
    h = run(program, values)
    h_prev = np.concatenate([values["initial.h"][None], h[:-1]])
    i, f = (sigmoid(values["x"] @ values[f"W_{one}"].T + h_prev @ values[f"U_{one}"].T
                    + values[f"b_{one}"]) for one in "if")
    content = values["x"] @ values["W_c"].T
    for t in range(STEPS):
        weights = [i[j] * np.prod(f[j + 1 : t + 1], axis=0) for j in range(t + 1)]
        same(h[t], sum(weight * content[j] for j, weight in enumerate(weights)))


def test_minimal_rnn_stays_between_its_embedded_inputs() -> None:
    program = cell("minimal_rnn")
    values = drawn(program) | {"initial.h": np.zeros((BATCH, SIZES["m"]))}
    z = np.tanh(values["x"] @ values["W_x"].T + values["b_z"])
    h = run(program, values)
    assert np.all(h <= np.maximum(z.max(0), 0)) and np.all(h >= np.minimum(z.min(0), 0))


def test_fastrnn_at_its_limits_is_a_plain_network() -> None:
    same(run(cell("fastrnn"), {"alpha": np.array(1e3), "beta": np.array(-1e3)}),
         run(cell("irnn", activation="tanh")))


def test_fastgrnn_at_its_limits_is_an_update_gate_with_shared_matrices() -> None:
    values = drawn(cell("fastgrnn"))
    shared = {f"{one}_{gate}": values[one] for one in "WU" for gate in "gc"}
    limits = {"zeta": np.array(1e3), "nu": np.array(-1e3)}
    same(run(cell("fastgrnn"), limits),
         run(cell("ugrnn"), shared | {"b_g": values["b_z"], "b_c": values["b_h"]}))


def test_fastgrnn_of_low_rank_multiplies_its_factors() -> None:
    values = drawn(cell("fastgrnn", low_rank=True))
    whole = {one: values[f"{one}_1"] @ values[f"{one}_2"].T for one in "WU"}
    same(run(cell("fastgrnn", low_rank=True)), run(cell("fastgrnn"), whole))
