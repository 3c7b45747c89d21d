"""Dropout, against the plain cell on dropped inputs and with dropped columns of its weights."""

import numpy as np
import pytest
from sympy import Piecewise

import symrnn
from symrnn.cells import architectures
from symrnn.checking import check_kernel
from symrnn.program import ProgramError, Role
from symrnn.transforms import masked
from tests.transforms.drawn import bits, close, kernel, parameters, values

backends = pytest.mark.parametrize("backend", ["c", "numpy"])
SEEN_BY = {"lstm": "U_", "gru": "U_", "gru_reset_before": "U_", "lstm_layer_norm": "U_",
           "irnn": "U", "mgu": "U_"}


@backends
@pytest.mark.parametrize("name", ["lstm", "qrnn", "bidirectional_rnn"])
def test_input_dropout_is_the_plain_network_on_masked_inputs(name: str, backend: str) -> None:
    plain = kernel(symrnn.cell(name), backend)
    own = kernel(symrnn.cell(name, dropout="input"), backend)
    params, x, mask = parameters(plain), values(2, "T", "B", "n"), 2 * bits(3, "T", "B", "n")
    run, wanted = own.forward(params, {"x": x, "dropout_x": mask}), plain.forward(params, x * mask)
    assert close(run.y, wanted.y)
    found, told = (one.backward(each, np.ones_like(run.y)) for one, each in
                   ((own, run), (plain, wanted)))
    assert close(found["x"], told["x"] * mask)
    assert all(close(found[key], told[key]) for key in params)


def test_a_mask_is_not_drawn_as_what_it_masks() -> None:
    """Inputs of the mass-conserving LSTM lie between 0 and 1; a mask is what its giver makes it."""
    program = symrnn.cell("mass_conserving_lstm", dropout="input")
    assert program["x"].drawn is not None
    assert program["dropout_x"].drawn is None


@backends
@pytest.mark.parametrize("lengths", [None, (6, 2, 4)])
@pytest.mark.parametrize("name", SEEN_BY)
def test_recurrent_dropout_takes_columns_out_of_the_recurrent_weights(
        name: str, lengths: tuple[int, ...] | None, backend: str) -> None:
    """The same units at every step, other ones in every sample (Gal and Ghahramani 2016)."""
    plain = kernel(symrnn.cell(name), backend)
    own = kernel(symrnn.cell(name, dropout="recurrent"), backend)
    params, x, mask = parameters(plain), values(2, "T", "B", "n"), 1.25 * bits(3, "B", "m")
    assert own.program["dropout_h"].shape == ("B", "m")
    run = own.forward(params, {"x": x, "dropout_h": mask}, lengths=lengths)
    for sample in range(3):
        thin = {key: array * mask[sample] if key.startswith(SEEN_BY[name]) else array
                for key, array in params.items()}
        cut = None if lengths is None else lengths[sample:sample + 1]
        alone = plain.forward(thin, x[:, sample:sample + 1], lengths=cut)
        assert close(run.y[:, sample], alone.y[:, 0])
        assert all(close(run.final[key][sample], one[0]) for key, one in alone.final.items())


@backends
def test_a_step_takes_the_same_masks_without_the_steps(backend: str) -> None:
    own = kernel(symrnn.gru(dropout=("input", "recurrent")), backend)
    params, x = parameters(own), values(2, "T", "B", "n")
    masks = {"dropout_x": bits(3, "T", "B", "n"), "dropout_h": bits(4, "B", "m")}
    whole, state = own.forward(params, {"x": x, **masks}), None
    for step, x_t in enumerate(x):
        y, state = own.step(params, {"x": x_t, "dropout_x": masks["dropout_x"][step],
                                     "dropout_h": masks["dropout_h"]}, state)
        assert close(y, whole.y[step])


@backends
@pytest.mark.parametrize("where", ["input", "recurrent", ("input", "recurrent")])
def test_gradients_check_in_networks_and_with_masks(where: object, backend: str) -> None:
    networks = [symrnn.lstm(peephole=True, dropout=where),
                symrnn.bidirectional(symrnn.gru(dropout=where)),
                symrnn.deep(symrnn.bidirectional(symrnn.lstm(dropout=where), readout=False), 2)]
    for network in networks:
        assert [str(one) for one in check_kernel(masked(network), backend, "float64")] == []


def test_memories_are_not_dropped_but_connections_are() -> None:
    masks = {name: {one.name for one in
                    symrnn.cell(name, dropout="recurrent").with_role(Role.MASK)}
             for name in ("lstm", "lstm_peephole", "indrnn", "fastrnn", "jordan", "clockwork")}
    assert masks == {"lstm": {"dropout_h"}, "lstm_peephole": {"dropout_h", "dropout_c"},
                     "indrnn": {"dropout_h"}, "fastrnn": {"dropout_h"}, "jordan": {"dropout_y"},
                     "clockwork": {"dropout_h"}}


def test_the_copy_of_the_old_state_is_not_dropped() -> None:
    shown = symrnn.show(symrnn.gru(dropout="recurrent", reset_after=False))
    assert "q[t] = r[t] ⊙ h^drop[t]" in shown
    assert "z[t] ⊙ h[t-1]" in shown


# Which rows make what is written, where no state meets weights: by the mask that drops them.
WRITTEN_BY = {
    "mingru": {"W_h": "dropout_h", "b_h": "dropout_h"},
    "minlstm": {"W_h": "dropout_h", "b_h": "dropout_h"},
    "trnn": {"W": "dropout_h"},
    "tgru": dict.fromkeys(("V_z", "W_z", "b_z"), "dropout_h"),
    "tlstm": dict.fromkeys(("V_z", "W_z", "b_z"), "dropout_c"),
    "qrnn": {"W_z_1": "dropout_c", "W_z_2": "dropout_c"},
    "lru": {"B_re": "dropout_x_re", "B_im": "dropout_x_im"},
    "mlstm": {"W_k": "dropout_n", "b_k": "dropout_n"},
}
WIDE = {"T": 6, "B": 3, "n": 3, "m": 4, "N": 4, "H": 3, "D": 3, "d_k": 4, "d_v": 5}


@backends
@pytest.mark.parametrize("lengths", [None, (6, 2, 4)])
@pytest.mark.parametrize("name", WRITTEN_BY)
def test_without_recurrent_weights_what_is_written_is_dropped(
        name: str, lengths: tuple[int, ...] | None, backend: str) -> None:
    """Semeniuta et al. 2016: the memory stays; the plain cell, its candidate's rows dropped."""
    plain = kernel(symrnn.cell(name), backend)
    own = kernel(symrnn.cell(name, dropout="recurrent"), backend)
    random = np.random.default_rng(7)
    params = {key: random.normal(size=[WIDE[axis] for axis in one.axes])
              for key, one in plain.parameters.items()}
    (fed,) = plain.inputs
    x = random.normal(size=[WIDE[axis] for axis in plain.program[fed].shape])
    masks = {one.name: random.integers(0, 2, [WIDE[axis] for axis in one.shape])
             for one in own.program.with_role(Role.MASK)}
    if name == "mlstm":  # keys are dropped from both sums
        masks["dropout_C"] = np.repeat(masks["dropout_n"][:, None], WIDE["d_v"], axis=1)
    run = own.forward(params, {fed: x, **masks}, lengths=lengths)
    for sample in range(3):
        rows = {key: masks[mask][sample] for key, mask in WRITTEN_BY[name].items()}
        thin = {key: (array.T * rows[key]).T if key in rows else array
                for key, array in params.items()}
        cut = None if lengths is None else lengths[sample:sample + 1]
        alone = plain.forward(thin, x[:, sample:sample + 1], lengths=cut)
        assert close(run.y[:, sample], alone.y[:, 0])
        assert all(close(run.final[key][sample], one[0]) for key, one in alone.final.items())


@backends
def test_what_is_written_is_found_behind_other_options(backend: str) -> None:
    made = symrnn.dropout(symrnn.zoneout(symrnn.clipped_state(symrnn.cell("mingru"), 0.7)),
                          "recurrent")
    assert "(1 - z[t]) ⊙ h[t-1] + δ_h ⊙ h^write[t]" in symrnn.show(made)
    networks = [made, symrnn.deep(symrnn.cell("minlstm", dropout="recurrent"), 2)]
    for one in networks:
        assert [str(each) for each in check_kernel(masked(one), backend, "float64")] == []


# What it writes depends on what it finds under the key: there is nothing new alone to drop.
WITHOUT_RECURRENT_DROPOUT = ("gated_deltanet",)


def test_every_cell_takes_recurrent_dropout() -> None:
    for one in architectures():
        masks = symrnn.cell(one.name).with_role(Role.MASK)
        if one.name in WITHOUT_RECURRENT_DROPOUT:
            with pytest.raises(ProgramError, match="is a sum with what is new"):
                symrnn.dropout(one.build(), "recurrent")
            continue
        assert len(symrnn.dropout(one.build(), "recurrent").with_role(Role.MASK)) > len(masks)


def test_what_cannot_be_dropped_is_told() -> None:
    with symrnn.Cell("largest", "The largest input so far") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[n]", "memory")
        h[symrnn.t] = Piecewise((x[symrnn.t], x[symrnn.t] > h[symrnn.t - 1]),
                                (h[symrnn.t - 1], True))
    with pytest.raises(ProgramError, match=r"largest: no remembered state meets weights or is a "
                                           r"sum with what is new, .* use zoneout or"):
        symrnn.dropout(cell.build("h"), "recurrent")
    with pytest.raises(ValueError, match="dropout is 'output'; it is 'input', 'recurrent'"):
        symrnn.lstm(dropout="output")
