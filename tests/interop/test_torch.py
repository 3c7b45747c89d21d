"""PyTorch's recurrent modules, with every gradient, in float64.

PyTorch is large, so the ``test`` extra does not bring it and these tests are skipped without it.
To run them: ``pip install -e ".[test,torch]"``, then ``pytest tests/interop/test_torch.py``.
"""

import numpy as np
import pytest

import symrnn
from symrnn.checking.numeric import relative_error
from symrnn.interop.torch_weights import from_torch

torch = pytest.importorskip("torch")

STEPS, SAMPLES, WIDTH, HIDDEN = 6, 3, 3, 5
BOUND = 1e-12  # of each array's largest entry
MODULES = {
    "rnn_tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}),
    "rnn_relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (torch.nn.LSTM, {}),
    "lstm_proj": (torch.nn.LSTM, {"proj_size": 2}),
    "gru": (torch.nn.GRU, {}),
    "gru_without_bias": (torch.nn.GRU, {"bias": False}),
}
LENGTHS = {"whole": None, "packed": (4, 6, 1)}


def tensor(random: np.random.Generator, *shape: int):
    return torch.tensor(random.normal(size=shape), requires_grad=True)


def torch_side(module, x, states, lengths, y_bar, final_bar):
    """Outputs and final states; gradients are left in the tensors."""
    initial = states["h"] if len(states) == 1 else tuple(states.values())
    if lengths is None:
        y, final = module(x, initial)
    else:
        fed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths),
                                                      enforce_sorted=False)
        y, final = module(fed, initial)
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=STEPS)
    finals = dict(zip(states, (final,) if len(states) == 1 else final, strict=True))
    loss = (y * torch.tensor(y_bar)).sum()
    for name, value in finals.items():
        loss = loss + (value * torch.tensor(final_bar[name])).sum()
    loss.backward()
    return y.detach().numpy(), {name: one.detach().numpy() for name, one in finals.items()}


def our_side(module, x, states, lengths, y_bar, final_bar, backend):
    """The same from the torch module's weights: values and gradients by torch's names."""
    weights = {name: one.detach().numpy() for name, one in module.named_parameters()}
    ours = from_torch(module.mode, weights)
    kernel = symrnn.compile(ours.network, backend, "float64")
    initial, bars = {}, {}
    for name, one in states.items():
        initial |= ours.states(name, one.detach().numpy())
        bars |= ours.states(name, final_bar[name])
    run = kernel.forward(ours.parameters, x.detach().numpy(), initial, lengths=lengths)
    back = kernel.backward(run, y_bar, bars)
    values, gradients = {"y": run.y}, {"x": back["x"], **ours.gradients(back)}
    for name in states:
        values[name] = np.stack([run.final[f"{copy}{name}"] for copy in ours.copies])
        gradients[f"{name}_0"] = np.stack([back[f"initial.{copy}{name}"] for copy in ours.copies])
    return values, gradients


@pytest.mark.parametrize("backend", ["c", "numpy"])
@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", MODULES)
def test_values_and_gradients_are_torchs(name: str, layers: int, directions: int, lengths: str,
                                         backend: str, record_property) -> None:
    kind, options = MODULES[name]
    torch.manual_seed(11)
    module = kind(WIDTH, HIDDEN, num_layers=layers, bidirectional=directions == 2,
                  dtype=torch.float64, **options)
    random, wide = np.random.default_rng(12), options.get("proj_size", HIDDEN)
    copies, x = layers * directions, tensor(random, STEPS, SAMPLES, WIDTH)
    states = {"h": tensor(random, copies, SAMPLES, wide)}
    if kind is torch.nn.LSTM:
        states["c"] = tensor(random, copies, SAMPLES, HIDDEN)
    y_bar = random.normal(size=(STEPS, SAMPLES, directions * wide))
    final_bar = {key: random.normal(size=tuple(one.shape)) for key, one in states.items()}

    y, finals = torch_side(module, x, states, LENGTHS[lengths], y_bar, final_bar)
    values, gradients = our_side(module, x, states, LENGTHS[lengths], y_bar, final_bar, backend)
    wanted = {"y": y, **finals}
    tensors = {"x": x, **dict(module.named_parameters()),
               **{f"{key}_0": one for key, one in states.items()}}
    wanted_gradients = {key: one.grad.numpy() for key, one in tensors.items()}
    assert set(values) == set(wanted) and set(gradients) == set(wanted_gradients)
    errors = {**{key: relative_error(values[key], one) for key, one in wanted.items()},
              **{f"grad {key}": relative_error(gradients[key], one)
                 for key, one in wanted_gradients.items()}}
    record_property("worst", max(errors.values()))
    assert {key: error for key, error in errors.items() if not error <= BOUND} == {}


KINDS = {"LSTM": (torch.nn.LSTMCell, {}), "GRU": (torch.nn.GRUCell, {}),
         "RNN_TANH": (torch.nn.RNNCell, {}), "RNN_RELU": (torch.nn.RNNCell,
                                                          {"nonlinearity": "relu"})}


@pytest.mark.parametrize("mode", KINDS)
def test_cells_of_torch_are_known_by_their_names(mode: str) -> None:
    kind, options = KINDS[mode]
    torch.manual_seed(3)
    cell = kind(WIDTH, HIDDEN, dtype=torch.float64, **options)
    ours = from_torch(mode, dict(cell.named_parameters()))
    x, state = np.random.default_rng(4).normal(size=(STEPS, SAMPLES, WIDTH)), None
    run = symrnn.compile(ours.network, dtype="float64").forward(ours.parameters, x)
    for x_t, y_t in zip(x, run.y, strict=True):
        state = cell(torch.tensor(x_t), state)
        h = state[0] if mode == "LSTM" else state
        assert relative_error(y_t, h.detach().numpy()) <= BOUND


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_a_module_in_a_model_is_taken_from_its_state_dict(dtype: str) -> None:
    torch.manual_seed(5)
    model = torch.nn.ModuleDict({"rnn": torch.nn.GRU(WIDTH, HIDDEN, bidirectional=True),
                                 "out": torch.nn.Linear(HIDDEN, 1)}).to(getattr(torch, dtype))
    ours = from_torch("GRU", model.state_dict())
    wanted = from_torch("GRU", {name: one.detach().double().numpy()
                                for name, one in model["rnn"].named_parameters()}).parameters
    assert all(np.allclose(one, wanted[key], rtol=1e-6) for key, one in ours.parameters.items())
    assert from_torch("GRU", dict(model.named_parameters())).network == ours.network
