"""Guitar amplifiers' JSON: RTNeural, GuitarML and NAM, against plain loops over their layouts."""

import json

import numpy as np
import pytest

import symrnn
from symrnn.exchange import from_json
from symrnn.program import Misused, ProgramError
from symrnn.runtime import ShapeError

BOUND = 2e-6
UNITS = 4


def draw(*shape: int) -> list:
    return (np.random.default_rng(sum(shape)).normal(size=shape) / 2).tolist()


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm_step(z, c):
    """Gates i, f, g, o one behind the other, as PyTorch, Keras and NAM have them."""
    i, f, g, o = np.split(z, 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def run(found, x, backend: str = "numpy"):
    """Our network on [T, n]."""
    kernel = symrnn.compile(found.network, backend, "float64")
    return kernel.forward(found.parameters, x[:, None]).y[:, 0]


def written(data, path):
    path.write_text(json.dumps(data))
    return path


def rtneural() -> dict:
    return {"in_shape": [None, None, 1], "layers": [
        {"type": "lstm", "activation": "", "shape": [None, None, UNITS],
         "weights": [draw(1, 4 * UNITS), draw(UNITS, 4 * UNITS), draw(4 * UNITS)]},
        {"type": "gru", "activation": "", "shape": [None, None, 3],
         "weights": [draw(UNITS, 9), draw(3, 9), draw(2, 9)]},
        {"type": "dense", "activation": "tanh", "shape": [None, None, 1],
         "weights": [draw(3, 1), draw(1)]}]}


def test_rtneural_has_keras_layout(tmp_path) -> None:
    data = rtneural()
    found = from_json(written(data, tmp_path / "model.json"))
    assert found.difference is None or found.difference <= BOUND
    one, two, three = ([np.array(part) for part in layer["weights"]] for layer in data["layers"])
    x, h, c, k, right = np.random.default_rng(1).normal(size=(9, 1)), *np.zeros((2, UNITS)), (
        np.zeros(3)), []
    for x_t in x:
        h, c = lstm_step(x_t @ one[0] + h @ one[1] + one[2], c)
        (z, r, n), (u, s, w) = (np.split(part, 3) for part in (h @ two[0] + two[2][0],
                                                               k @ two[1] + two[2][1]))
        z, r = sigmoid(z + u), sigmoid(r + s)
        k = z * k + (1 - z) * np.tanh(n + r * w)
        right.append(np.tanh(k @ three[0] + three[1]))
    assert np.max(np.abs(run(found, x) - right)) <= BOUND


def guitarml(unit: str, gates: int, skip: int, inputs: int = 1) -> dict:
    return {"model_data": {"model": "SimpleRNN", "input_size": inputs, "skip": skip,
                           "output_size": 1, "unit_type": unit, "num_layers": 1,
                           "hidden_size": UNITS, "bias_fl": True},
            "state_dict": {"rec.weight_ih_l0": draw(gates * UNITS, inputs),
                           "rec.weight_hh_l0": draw(gates * UNITS, UNITS),
                           "rec.bias_ih_l0": draw(gates * UNITS),
                           "rec.bias_hh_l0": draw(gates * UNITS),
                           "lin.weight": draw(1, UNITS), "lin.bias": draw(1)}}


@pytest.mark.parametrize("inputs", [1, 2])  # the second one is a knob
@pytest.mark.parametrize("skip", [0, 1])
def test_guitarml_adds_the_input_where_it_says_skip(skip: int, inputs: int, tmp_path) -> None:
    data = guitarml("LSTM", 4, skip, inputs)
    found = from_json(written(data, tmp_path / "model.json"))
    assert found.difference is None or found.difference <= BOUND
    own = {name: np.array(one) for name, one in data["state_dict"].items()}
    x, h, c, right = np.random.default_rng(1).normal(size=(9, inputs)), *np.zeros((2, UNITS)), []
    for x_t in x:
        h, c = lstm_step(own["rec.weight_ih_l0"] @ x_t + own["rec.weight_hh_l0"] @ h
                         + own["rec.bias_ih_l0"] + own["rec.bias_hh_l0"], c)
        right.append(own["lin.weight"] @ h + own["lin.bias"] + skip * x_t[:1])
    for backend in ("numpy", "c") if inputs * skip == 2 else ("numpy",):
        assert np.max(np.abs(run(found, x, backend) - right)) <= BOUND


def test_guitarml_has_gru_too(tmp_path) -> None:
    found = from_json(written(guitarml("GRU", 3, 1), tmp_path / "model.json"))
    assert found.network["out"].axes == ("p",) and "layer1.c_n" in found.parameters
    assert found.difference is None or found.difference <= BOUND


def nam(layers: int = 2, begins: bool = True) -> dict:
    random, row = np.random.default_rng(8), []
    for inside in (1, *[UNITS] * (layers - 1)):
        row += list(random.normal(size=4 * UNITS * (inside + UNITS + 1)) / 2)
        row += list(random.normal(size=2 * UNITS) * begins)
    row += list(random.normal(size=UNITS + 1))
    return {"version": "0.5.4", "architecture": "LSTM", "weights": row,
            "config": {"input_size": 1, "hidden_size": UNITS, "num_layers": layers}}


def right_of_nam(data: dict, x: np.ndarray) -> np.ndarray:
    row, cells = iter(data["weights"]), []

    def take(*shape: int) -> np.ndarray:
        return np.array([next(row) for _ in range(int(np.prod(shape)))]).reshape(shape)

    for number in range(data["config"]["num_layers"]):
        inside = UNITS if number else 1
        cells.append([take(4 * UNITS, inside + UNITS), take(4 * UNITS), take(UNITS), take(UNITS)])
    head, bias, outputs = take(UNITS), take(1), []
    for value in x:
        for cell in cells:
            weight, offset, h, c = cell
            h, c = lstm_step(weight @ np.concatenate([value, h]) + offset, c)
            cell[2:], value = [h, c], h
        outputs.append(head @ value + bias)
    return np.array(outputs)


@pytest.mark.parametrize("begins", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_nam_is_cut_as_its_player_cuts_it(layers: int, begins: bool, tmp_path) -> None:
    data, x = nam(layers, begins), np.random.default_rng(1).normal(size=(9, 1))
    found = from_json(written(data, tmp_path / "amp.nam"))
    assert found.difference is None or found.difference <= BOUND
    assert ("layer1.h_start" in found.parameters) is begins
    assert np.max(np.abs(run(found, x) - right_of_nam(data, x))) <= BOUND


def change(data: dict, *path, value) -> dict:
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return data


@pytest.mark.parametrize(("data", "error", "words"), [
    ({"a": 1}, Misused, "is of no format that symrnn reads"),
    ([1], ProgramError, "is no model"),
    (change(nam(), "architecture", value="WaveNet"), Misused, "NAM's architecture 'WaveNet'"),
    (change(nam(), "weights", value=[1.0]), ShapeError, "weights in one row, but they"),
    (change(nam(), "config", "hidden_size", value=-4), ProgramError, "which is no size"),
    (change(nam(), "config", "num_layers", value=10**12), ProgramError, "which is no size"),
    (change(guitarml("LSTM", 4, 1), "model_data", "unit_type", value="RNN"), Misused,
     "GuitarML's unit 'RNN'"),
    (change(guitarml("LSTM", 4, 1), "state_dict", value={}), Misused, "no weights of a recurrent"),
    (change(guitarml("LSTM", 4, 1), "state_dict", "rec.weight_ih_l0", value="x"), ShapeError,
     "no array of numbers"),
    (change(rtneural(), "layers", 0, "type", value="conv1d"), Misused, "layer 'conv1d'"),
    (change(rtneural(), "layers", 0, "activation", value="relu"), Misused, "never computes"),
    (change(rtneural(), "layers", 2, "activation", value="prelu"), Misused, "activation 'prelu'"),
    (change(rtneural(), "layers", 0, "weights", value=[[1.0]]), ShapeError, "kernel"),
    (change(rtneural(), "layers", 2, "weights", value=[]), ShapeError,
     "a dense layer has a kernel and a bias"),
    (change(rtneural(), "layers", 1, "weights", 2, value=draw(3, 9)), ShapeError,
     "layer 2: kernel .* and bias .* are not those of a GRU"),
    (change(rtneural(), "layers", 0, "type", value=3), ProgramError,
     "'type' of the model is missing, or no str"),
    (change(rtneural(), "layers", value=[]), Misused, "there is no recurrent layer"),
])
def test_what_is_not_read_is_told(data, error, words: str, tmp_path) -> None:
    with pytest.raises(error, match=words) as told:
        from_json(written(data, tmp_path / "model.json"))
    assert "\n" not in str(told.value)


def test_a_file_that_is_cut_short_is_one_sentence(tmp_path) -> None:
    path = written(nam(), tmp_path / "amp.nam")
    path.write_text(path.read_text()[:300])
    with pytest.raises(ProgramError, match="is no complete JSON"):
        from_json(path)
