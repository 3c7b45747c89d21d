"""Every peer that is installed computes symrnn's numbers; loops made from equations do so too."""

from dataclasses import replace

import numpy as np
import pytest

import symrnn
from symrnn.bench.case import BOUND, make_case
from symrnn.bench.contenders import PEERS
from symrnn.bench.contenders.lineup import OURS, missing
from symrnn.functional import Equations, Library
from symrnn.bench.kinds import Kind
from symrnn.bench.workloads import Workload
from symrnn.cells import architectures
from symrnn.pipeline import derive
from symrnn.program import INPUTS, Program, ProgramError
from symrnn.program.interpret import NUMPY
from tests.cases import built

SMALL = Workload("lstm", Kind.SEQUENCE, 5, 3, 4, n=3)
CELLS = ("lstm", "gru", "gru_reset_before", "elman", "lstm_peephole", "mgu_layer_norm")
BY_NAME = {one.name: one for one in architectures()}


def unused(*arguments: object) -> None:
    raise AssertionError("a stream has no loop of the library")


LIBRARY = Library(NUMPY, np.einsum, np.broadcast_to, lambda value: np.max(value, -1), np.asarray,
                  unused, unused)


def raced(program: Program) -> bool:
    inputs = program.with_role(*INPUTS)
    return len(inputs) == 1 and len(program.outputs) == 1 and derive(program).streams


RACED = [name for name in BY_NAME if raced(built(name))]


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("peer", [OURS, *PEERS], ids=lambda peer: peer.adapter)
def test_a_contender_computes_the_same_numbers(peer, cell, kind) -> None:
    if peer.missing:
        pytest.skip(f"{peer.missing[0]} is not installed")
    case = make_case(replace(SMALL, cell=cell, kind=kind))
    for trial in peer.trials(case):
        trial.call()  # what a stream remembers of it must not matter
        assert case.error(trial.results()) <= BOUND / 2, trial.name


@pytest.mark.parametrize("name", RACED)
def test_the_equations_of_every_cell_run_in_another_library(name: str) -> None:
    """In NumPy, which is always there, and in the loops of torch and JAX where these are."""
    case = make_case(replace(SMALL, cell=name, n=0))
    assert case.error({"y": looped(case)}) <= BOUND / 2


@pytest.mark.parametrize("name", RACED)
@pytest.mark.parametrize("module", ["torch", "jax"])
def test_gradients_of_every_cell_in_another_library(module: str, name: str) -> None:
    pytest.importorskip(module)
    case = make_case(replace(SMALL, cell=name, kind=Kind.TRAINING, n=0))
    if module == "torch":
        from symrnn.bench.contenders.torch_loop import loop
        trial = loop(case)
    else:
        from symrnn.bench.contenders.jax_scan import trials
        (trial,) = trials(case)
    assert case.error(trial.results()) <= BOUND


def looped(case) -> np.ndarray:
    equations = Equations(case.program, case.sizes, LIBRARY)
    fixed, timed = equations.before({**case.parameters, case.input_name: case.x})
    state, outputs = equations.start(case.initial), []
    for step in range(case.sizes["T"]):
        now = {name: value[step] for name, value in timed.items()}
        y, state = equations.step(fixed, now, state)
        outputs.append(y)
    return np.stack(outputs)


def test_input_products_leave_the_loop_and_products_of_the_memory_do_not() -> None:
    case = make_case(SMALL)
    equations = Equations(case.program, case.sizes, LIBRARY)
    hoisted = {operand.name for _, ein in equations.hoisted.values() for operand in ein.operands}
    assert hoisted == {"x", "W_i", "W_f", "W_g", "W_o"}


def test_wrong_numbers_are_found() -> None:
    case = make_case(SMALL)
    right = case.expected["y"].astype(np.float32)
    assert case.error({"y": right}) <= BOUND / 2
    for wrong in (right * 1.001, right[::-1], right[:-1], right * np.nan):
        assert case.error({"y": wrong}) > BOUND
    with pytest.raises(ProgramError, match="y was not computed"):
        case.error({})


def test_a_network_that_reads_in_reverse_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from symrnn.bench import workloads
    monkeypatch.setitem(workloads.SUBJECTS, "both", lambda: symrnn.bidirectional(symrnn.gru()))
    with pytest.raises(ProgramError, match="cannot be raced"):
        make_case(replace(SMALL, cell="both"))


def test_missing_peers_are_named_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert 'torch is not installed and does not race; pip install "symrnn[bench]"' in missing()
