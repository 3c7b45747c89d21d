"""What people give a module: states of nn.LSTM, autocast, and mistakes, each told in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import symrnn  # noqa: E402
from symrnn import ShapeError  # noqa: E402
from symrnn.torch import module  # noqa: E402
from tests.torch.test_module import KINDS  # noqa: E402


@pytest.mark.parametrize("name", ["LSTM of two directions", "GRU of four"])
def test_initial_states_of_torchs_modules_are_taken(name: str) -> None:
    torch.manual_seed(1)
    build, options = KINDS[name]
    theirs = getattr(torch.nn, name.split()[0])(3, 4, dtype=torch.float64, **options)
    ours = module(build(), dtype=torch.float64, n=3,
                  **({"m": 4} if "LSTM" in name else {"m_1": 4, "m_2": 4}))
    ours.load_state_dict(theirs.state_dict())
    copies = 2 * theirs.num_layers
    x, h, c = (torch.randn(size, 2, width).double()
               for size, width in ((5, 3), (copies, 4), (copies, 4)))
    initial = (h, c) if "LSTM" in name else h
    assert torch.allclose(ours(x, initial)[0], theirs(x, initial)[0], rtol=0, atol=1e-12)


def test_states_of_one_layer_may_lack_its_axis() -> None:
    own, x, h, c = module(symrnn.lstm(), n=3, m=4), torch.randn(5, 2, 3), *torch.randn(2, 2, 4)
    wanted = own(x, {"h": h, "c": c})[0]
    for initial in ((h, c), [h, c], (h[None], c[None])):
        assert torch.equal(own(x, initial)[0], wanted)


def test_under_autocast_the_module_computes_in_the_type_of_its_parameters() -> None:
    torch.manual_seed(2)
    first, own = torch.nn.Linear(3, 3), module(symrnn.cell("mgu", dropout="recurrent"), n=3, m=4)
    x, mask = torch.randn(5, 2, 3), torch.rand(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        fed = first(x)
        y, final = own({"x": fed, "dropout_h": mask}, {"h": torch.zeros(2, 4).bfloat16()})
    y.sum().backward()
    assert fed.dtype is torch.bfloat16 and y.dtype is final["h"].dtype is torch.float32
    assert torch.equal(y, own({"x": fed.float(), "dropout_h": mask})[0])
    assert all(one.grad.abs().sum() > 0 for one in (first.weight, *own.parameters()))


LSTM, X = symrnn.lstm(), torch.zeros(2, 1, 3)


def called(*given, **options):
    return module(LSTM, n=3, m=4)(*given, **options)


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: called(X.numpy()), TypeError, r"'x' is of type ndarray; give .* torch.as_tensor"),
    (lambda: called(X.tolist()), TypeError, "'x' is of type list"),
    (lambda: called(X.to_sparse()), TypeError, r"give x\.to_dense\(\)"),
    (lambda: called(X, {"h": np.zeros((1, 4))}), TypeError, "'h' is of type ndarray"),
    (lambda: called(X, torch.zeros(1, 4)), ShapeError, "one tensor for each of h, c"),
    (lambda: called(X, (torch.zeros(2, 1, 4),) * 2), ShapeError, r"it is \[1, B, ...\], for h"),
    (lambda: called(X.to("meta")), TypeError, "tensors on cpu and on meta came together"),
    (lambda: called(X.half()), TypeError, "torch.float32 and of torch.float16"),
    (lambda: module(LSTM, n=0, m=4), ShapeError, "n is 0; sizes are whole numbers from 1 on"),
    (lambda: module(LSTM, n=3, m=4.0), ShapeError, "m is 4.0"),
    (lambda: module(LSTM, n=True, m=4), ShapeError, "n is True"),
    (lambda: module(LSTM, n=3, m=4, k=5), ShapeError, "has the sizes n, m, not n, m, k"),
    (lambda: module(LSTM, n=3, m=4, dtype=torch.float16), TypeError, "compute in torch.float32"),
    (lambda: module(LSTM, n=3, m=4, dtype="float32"), TypeError, "dtype is 'float32'"),
])
def test_a_mistake_is_told_in_one_sentence(call, error, words: str) -> None:
    with pytest.raises(error, match=words) as told:
        call()
    assert "\n" not in str(told.value)
