"""A network as a module of torch: values, both derivatives, shapes, and what goes around it.

PyTorch is large, so these tests are skipped where it is missing: ``pip install ".[torch]"``.
"""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import library  # noqa: E402
from torch.nn.utils.rnn import pack_sequence  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

import symrnn  # noqa: E402
from symrnn import Program, ShapeError  # noqa: E402
from symrnn.cells import architectures  # noqa: E402
from symrnn.torch import module, operators  # noqa: E402
from symrnn.transforms import masked  # noqa: E402
from tests.cases import BUILDERS  # noqa: E402
from tests.torch.cases import Ready, largest_error  # noqa: E402

MINE = """cell mine
input x[n];  state h[m];  output h
param W_*[m,n], U_*[m,m], b_*[m]
f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + b_f)
g[t] = tanh(W_g @ x[t] + U_g @ h[t-1] + b_g)
h[t] = f[t] * h[t-1] + (1 - f[t]) * g[t]
"""
NETS: dict[str, Callable[[], Program]] = {
    "lstm": symrnn.lstm,
    "bidirectional": lambda: symrnn.bidirectional(symrnn.elman(readout=False)),
    "masks and learned states": lambda: symrnn.cell("mgu", dropout="recurrent",
                                                    learned_initial=True),
    "two_outputs": BUILDERS["two_outputs"],
}
CELLS = {one.name: one for one in architectures()}
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # torch's own
every_net = pytest.mark.parametrize("name", NETS)


@cache
def ready(name: str) -> Ready:
    return Ready(NETS[name]())


def mine(tmp_path) -> Program:
    path = tmp_path / "mine.cell"
    path.write_text(MINE, encoding="utf-8")
    return symrnn.cell(str(path))


@every_net
def test_first_and_second_derivatives_are_right(name: str) -> None:
    values, leaves = ready(name).as_function()
    assert torch.autograd.gradcheck(values, leaves, fast_mode=True)
    assert torch.autograd.gradgradcheck(values, leaves, fast_mode=True)


def test_a_cell_of_ones_own_is_a_module(tmp_path) -> None:
    values, leaves = Ready(mine(tmp_path)).as_function()
    assert torch.autograd.gradcheck(values, leaves)
    assert torch.autograd.gradgradcheck(values, leaves, fast_mode=True)


@every_net
def test_values_are_the_kernels(name: str) -> None:
    case, made = ready(name).case, ready(name)
    run = symrnn.compile(made.network, dtype="float64").forward(
        case.parameters, {key: one.detach().numpy() for key, one in made.inputs.items()},
        case.initial)
    values, leaves = made.as_function()
    for grad in (True, False):
        with torch.set_grad_enabled(grad):
            found = [one.detach().numpy() for one in values(*leaves)]
        wanted = [*run.outputs.values(), *run.final.values()]
        assert all(np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_every_cell_is_a_module_that_compiles_whole(name: str) -> None:
    made = Ready(CELLS[name].build())
    values, leaves = made.as_function()
    assert torch.autograd.gradcheck(values, leaves, fast_mode=True)
    torch._dynamo.reset()
    compiled = torch.compile(made.module, fullgraph=True, backend="aot_eager")
    both = []
    for run in (made.module, compiled):
        results = made.results(run)
        loss = sum(((one ** 2).sum() for one in results), torch.zeros((), dtype=torch.float64))
        both.append([*results, *torch.autograd.grad(loss, leaves)])
    assert largest_error(both[1], both[0]) < 1e-13


def test_the_operators_keep_torchs_rules() -> None:
    made = Ready(symrnn.elman(readout=False))
    own = made.module
    given = [one.detach().requires_grad_() for one in (
        *own._own.of_network(dict(own.named_parameters())), *made.inputs.values(),
        *made.initial.values())]
    plain = [one.detach() for one in given]
    *values, tape = operators.forward(own._handle, given)
    bars = [torch.randn_like(one).requires_grad_() for one in values]
    kept = [values[0].detach(), tape.detach()]
    for operator, arguments in (
            (operators.infer, (plain,)), (operators.forward, (given,)),
            (operators.backward, (given, kept, bars)),
            (operators.along, (plain, [one.detach() for one in bars], plain))):
        library.opcheck(operator, (own._handle, *arguments))


@pytest.mark.parametrize("backend", ["eager", "aot_eager", "inductor"])
def test_it_compiles_as_one_graph_for_any_number_of_steps(backend: str) -> None:
    torch._dynamo.reset()
    torch.manual_seed(1)
    own = module(symrnn.gru(), n=3, m=4)
    compiled = torch.compile(own, fullgraph=True, backend=backend)
    shapes = ((7, 4, 3), (5, 4, 3), (3, 2, 3))  # the second one makes sizes symbols
    for shape in shapes[:1] if backend == "inductor" else shapes:  # whose C++ takes its time
        x, both = torch.randn(shape, requires_grad=True), []
        for run in (own, compiled):
            y, final = run(x)
            loss = (y ** 2).sum() + final["h"].sum()
            both.append([y, *torch.autograd.grad(loss, [x, *own.parameters()])])
        assert largest_error(both[1], both[0]) < 1e-5
    with torch.no_grad():
        lengths = torch.arange(len(x[0]))
        assert torch.equal(compiled(x, lengths=lengths)[0], own(x, lengths=lengths)[0])


def test_an_exported_graph_holds_the_network_as_a_handle() -> None:
    own, x = module(symrnn.elman(readout=False), n=2, m=3), torch.randn(4, 1, 2)
    with torch.no_grad():
        exported = torch.export.export(own, (x,))
        assert torch.equal(exported.module()(x)[0], own(x)[0])
    assert own._handle in str(exported.graph)


@pytest.mark.parametrize("reentrant", [True, False])
def test_activations_may_be_computed_again_in_backward(reentrant: bool) -> None:
    """Under torch.utils.checkpoint a saved tensor is there for one look."""
    own = module(symrnn.lstm(), n=3, m=4)
    x, both = torch.randn(5, 2, 3, requires_grad=True), []
    for run in (own, lambda x: checkpoint(own, x, use_reentrant=reentrant)):
        own.zero_grad()
        x.grad = None
        y, _ = run(x)  # the older way sends no gradient back through a dictionary
        (y ** 2).sum().backward()
        both.append([y, x.grad, *(one.grad for one in own.parameters())])
    assert largest_error(both[1], both[0]) == 0


def test_a_tensor_without_values_tells_shapes_and_a_lazy_minus_is_taken() -> None:
    own, x = module(symrnn.lstm(), n=3, m=4), torch.randn(5, 2, 3)
    assert torch.equal(own(torch._neg_view(x))[0], own(-x)[0])
    y, final = own.to("meta")(x.to("meta"))
    assert y.is_meta and y.shape == (5, 2, 4) and final["c"].shape == (2, 4)


def test_vmap_and_the_transforms_of_torch_func() -> None:
    torch.manual_seed(2)
    own = module(symrnn.gru(), n=3, m=4, dtype=torch.float64)
    weights = {name: one.detach() for name, one in own.named_parameters()}
    xs = torch.randn(5, 6, 2, 3, dtype=torch.float64)

    def loss(weights, x):
        y, final = torch.func.functional_call(own, weights, (x,))
        return (y ** 2).sum() + final["h"].sum()

    with torch.no_grad():
        together = torch.vmap(lambda x: own(x)[0], in_dims=1, out_dims=1)(xs.transpose(0, 1))
        assert largest_error([together.transpose(0, 1)],
                             [torch.stack([own(x)[0] for x in xs])]) < 1e-13
    each = torch.vmap(torch.func.grad(loss), in_dims=(None, 0))(weights, xs)
    alone = [torch.func.grad(loss)(weights, x) for x in xs]
    assert all(torch.equal(one, torch.stack([other[name] for other in alone]))
               for name, one in each.items())
    twice = torch.func.jacrev(torch.func.jacrev(lambda x: loss(weights, x)))(xs[0])
    wanted = torch.autograd.functional.hessian(lambda x: loss(weights, x), xs[0])
    assert largest_error([twice], [wanted]) < 1e-12
    many = {name: torch.stack([one, 2 * one]) for name, one in weights.items()}
    with torch.no_grad():  # each its own weights
        found = torch.vmap(loss, in_dims=(0, None))(many, xs[0])
        assert found[0] == loss(weights, xs[0])


KINDS = {"LSTM": (symrnn.lstm, {}), "GRU": (symrnn.gru, {}),
         "RNN": (lambda: symrnn.elman(readout=False, activation="tanh"), {}),
         "LSTM without bias": (lambda: symrnn.lstm(bias=False), {"bias": False}),
         "LSTM of a projection": (lambda: symrnn.lstm(projection=True), {"proj_size": 2}),
         "LSTM of two directions": (lambda: symrnn.bidirectional(symrnn.lstm(), readout=False),
                                    {"bidirectional": True}),
         "GRU of four": (lambda: symrnn.deep(symrnn.bidirectional(symrnn.gru(), readout=False),
                                             layers=2),
                         {"num_layers": 2, "bidirectional": True})}


@pytest.mark.parametrize("name", KINDS)
def test_a_state_dict_of_torch_goes_in_and_out(name: str) -> None:
    build, options = KINDS[name]
    torch.manual_seed(3)
    theirs = getattr(torch.nn, name.split()[0])(3, 4, batch_first=True, dtype=torch.float64,
                                                **options)
    network, widths = build(), {"n": 3, "m": 4, "p": 2, "m_1": 4, "m_2": 4}
    free = [one.name for one in network.sizes if one.value is None]
    ours = module(network, batch_first=True, dtype=torch.float64,
                  **{name: widths[name] for name in free})
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 5, 3, dtype=torch.float64, requires_grad=True)
    lengths = torch.tensor([5, 3])
    both = [_results(one, x, lengths) for one in (ours, theirs)]
    assert largest_error(*both) < 1e-12
    with torch.no_grad():
        again = type(theirs)(3, 4, batch_first=True, dtype=torch.float64, **options)
        again.load_state_dict(ours.state_dict())
        assert torch.equal(again(x)[0], theirs(x)[0])


def _results(one, x, lengths):
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
    y, shown = one(x)[0], torch.nn.utils.rnn.pad_packed_sequence(one(packed)[0], True)[0]
    loss = (y ** 2).sum() + (shown ** 3).sum()
    return [y, shown, *torch.autograd.grad(loss, [x, *one.parameters()])]


def test_lengths_masks_and_packed_sequences_are_one_thing() -> None:
    torch.manual_seed(4)
    own = module(symrnn.lstm(), n=3, m=4, batch_first=True)
    x, lengths = torch.randn(3, 6, 3), torch.tensor([2, 6, 4])
    x[0, 2:] = torch.nan  # what does not count may be anything
    y, final = own(x, lengths=lengths)
    mask = torch.arange(6)[None, :] < lengths[:, None]
    assert torch.equal(own(x, mask=mask)[0], y)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, True, enforce_sorted=False)
    theirs, last = own(packed)
    assert torch.equal(torch.nn.utils.rnn.pad_packed_sequence(theirs, True)[0], y)
    assert torch.equal(last["c"], final["c"])
    assert largest_error([final["h"][0]], [own(x[:1, :2])[1]["h"][0]]) < 1e-6


def test_a_run_goes_on_where_another_ended_with_gradients() -> None:
    torch.manual_seed(5)
    own, x = module(symrnn.lstm(), n=3, m=4, dtype=torch.float64), torch.randn(6, 2, 3).double()
    whole, last = own(x)
    first, state = own(x[:4])
    second, final = own(x[4:], state)
    weights = list(own.parameters())
    wanted = torch.autograd.grad((whole ** 2).sum() + last["c"].sum(), weights)
    found = torch.autograd.grad((first ** 2).sum() + (second ** 2).sum() + final["c"].sum(),
                                weights)
    assert largest_error([torch.cat([first, second]), *found], [whole, *wanted]) < 1e-12


def test_it_is_copied_pickled_and_saved(tmp_path) -> None:
    own, x = module(mine(tmp_path), n=2, m=3), torch.randn(4, 1, 2)
    whole = io.BytesIO()
    torch.save(own, whole)
    whole.seek(0)
    for other in (copy.deepcopy(own), pickle.loads(pickle.dumps(own)),
                  torch.load(whole, weights_only=False)):
        assert torch.equal(other(x)[0], own(x)[0])
    assert set(own.state_dict()) == {"W_f", "W_g", "U_f", "U_g", "b_f", "b_g"}


def test_it_shows_its_network_and_sizes() -> None:
    assert "gru, n=3, m=4, batch_first=True" in repr(
        module(symrnn.gru(), n=3, m=4, batch_first=True))


def test_first_values_are_those_of_torch() -> None:
    torch.manual_seed(6)
    ours = module(symrnn.lstm(), n=30, m=100)
    torch.manual_seed(6)
    theirs = torch.nn.LSTM(30, 100)
    assert all(torch.equal(one, other) for one, other in
               zip(ours.parameters(), theirs.parameters(), strict=True))


def test_the_type_is_torchs_default_unless_it_is_told() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert module(symrnn.lstm(), n=2, m=3)(torch.ones(4, 1, 2))[0].dtype is torch.float64
        one = module(symrnn.lstm(), n=2, m=3, dtype=torch.float32)
        assert one.weight_ih_l0.dtype is torch.float32
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_parameter_may_have_the_name_of_something_in_a_module() -> None:
    with symrnn.Cell("odd", "A cell of odd names") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "memory")
        double, train = cell.parameters("double[m,n] train[m,m]", "of the cell")
        h[symrnn.t] = symrnn.activation("tanh")(double @ x[symrnn.t] + train @ h[symrnn.t - 1])
    own = module(cell.build("h"), n=2, m=3)
    assert set(own.state_dict()) == {"double_2", "train_2"}
    assert own.double()(torch.zeros(1, 1, 2).double())[0].dtype is torch.float64


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: module(symrnn.lstm(), n=3), ShapeError, "has the sizes n, m"),
    (lambda: module("lstm"), symrnn.ProgramError, "is no network"),
    (lambda: module(symrnn.lstm(), n=3, m=4)(torch.zeros(2, 1, 5)), ShapeError, "'x'"),
    (lambda: module(symrnn.lstm(), n=3, m=4)(torch.zeros(2, 1, 3).double()), TypeError, "cast"),
    (lambda: module(symrnn.lstm(), n=3, m=4)({"z": torch.zeros(2, 1, 3)}), ShapeError, "are x"),
    (lambda: module(symrnn.lstm(), n=3, m=4)(torch.zeros(2, 1, 3), {"z": torch.zeros(1, 4)}),
     ShapeError, "no 'z'"),
    (lambda: module(symrnn.lstm(), n=3, m=4).half()(torch.zeros(2, 1, 3).half()), TypeError,
     "float32 or float64"),
    (lambda: module(masked(symrnn.gru()), n=3, m=4)(
        {"x": torch.zeros(2, 1, 3), "mask": torch.ones(2, 1)}, lengths=[1]), symrnn.ProgramError,
     "takes its mask as an input already; leave out lengths= and mask="),
    (lambda: module(symrnn.gru(), n=3, m=4)(pack_sequence([torch.zeros(2, 3)]), lengths=[1]),
     ShapeError, "a PackedSequence tells its lengths and has one output; leave out lengths="),
    (lambda: operators.infer("lstm-0", [torch.zeros(1)]), symrnn.ProgramError, "not known"),
])
def test_a_mistake_is_told_in_one_sentence(call, error, words: str) -> None:
    with pytest.raises(error, match=words) as told:
        call()
    assert "\n" not in str(told.value)
