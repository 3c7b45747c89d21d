"""Every registered cell with what is derived for all: masks, lengths, two directions, stacks."""

import numpy as np
import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.checking import check_kernel
from symrnn.checking.reference import random_case
from symrnn.pipeline import derive
from symrnn.program import INPUTS, Role
from symrnn.transforms import masked
from tests.cases import built

BY_NAME = {one.name: one for one in architectures()}
SINGLE = [name for name in BY_NAME if len(built(name).with_role(*INPUTS)) == 1]

every_backend = pytest.mark.parametrize("backend", ["c", "numpy"])


def test_there_are_at_least_thirty_cells() -> None:
    assert len({one.build().title for one in architectures()}) >= 30


@pytest.mark.parametrize("name", BY_NAME)
def test_every_cell_is_cited(name: str) -> None:
    one = built(name)
    assert one.source and one.bibtex.lstrip().startswith("@"), f"{name} has no source or no BibTeX"
    assert BY_NAME[name].summary.endswith((".", ":"))


@pytest.mark.sweep
@every_backend
@pytest.mark.parametrize("name", SINGLE)
def test_every_cell_takes_a_mask(name: str, backend: str) -> None:
    assert [str(one) for one in check_kernel(masked(built(name)), backend, "float64")] == []


@pytest.mark.sweep
@every_backend
@pytest.mark.parametrize("name", SINGLE)
def test_every_cell_runs_in_two_directions_and_stacks(name: str, backend: str) -> None:
    both = symrnn.bidirectional(built(name))
    assert [str(one) for one in check_kernel(both, backend, "float64")] == []
    stack = symrnn.deep(built(name), 2)
    assert [str(one) for one in check_kernel(stack, backend, "float64")] == []


@pytest.mark.parametrize("name", SINGLE)
def test_a_shorter_sequence_in_a_batch_is_itself_alone(name: str) -> None:
    kernel = symrnn.compile(built(name), "numpy", "float64")
    sizes = {one.name: 2 + place for place, one in enumerate(kernel.program.sizes)}
    for one in kernel.program.sizes:
        if one.value is not None:
            known = {symbol: sizes[symbol.name] for symbol in one.value.free_symbols}
            sizes[one.name] = int(one.value.subs(known))
    random = np.random.default_rng(4)
    params = {key: random.normal(0, 0.5, [sizes[axis] for axis in one.axes])
              for key, one in kernel.parameters.items()}
    (given,) = built(name).with_role(Role.INPUT)
    x = random.normal(size=[5, 2, *(sizes[axis] for axis in given.axes)])
    run, alone = kernel.forward(params, x, lengths=[5, 3]), kernel.forward(params, x[:3, 1:])
    assert np.allclose(run.y[:3, 1], alone.y[:, 0], rtol=0, atol=1e-12)
    for key, value in alone.final.items():
        assert np.allclose(run.final[key][1], value[0], rtol=0, atol=1e-12), key


@pytest.mark.parametrize("name", SINGLE)
def test_padding_in_the_reverse_direction_leaves_gradients_finite(name: str) -> None:
    """The scan starts with steps that do not count, from a zero state."""
    net = symrnn.reverse(built(name))
    kernel = symrnn.compile(net, "numpy", "float64")
    case = random_case(derive(net), seed=5)
    (given,) = case.inputs.values()
    x = np.ones((5, 2, *given.shape[2:]))
    run = kernel.forward(case.parameters, x, lengths=[5, 2])
    gradients = kernel.backward(run, np.ones_like(run.y))
    assert all(np.all(np.isfinite(one)) for one in gradients.values())
