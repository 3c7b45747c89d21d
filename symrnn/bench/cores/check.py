"""The model beside the machine: kernels on one thread and two, and what it tells of more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from symrnn.bench.case import Case, make_case
from symrnn.bench.contenders.ours import trials
from symrnn.bench.cores.machine import Machine, larger
from symrnn.bench.cores.times import Prediction, predicted
from symrnn.bench.kinds import Kind
from symrnn.bench.workloads import Workload
from symrnn.pipeline import derive

# Short ones: with two threads a call counts where nobody else took a core meanwhile.
SHORT = tuple(
    Workload(cell, kind, m, batch, steps) for cell, kind, m, batch, steps in (
        ("lstm", Kind.SEQUENCE, 128, 32, 10), ("lstm", Kind.SEQUENCE, 512, 32, 3),
        ("lstm", Kind.SEQUENCE, 512, 1, 10), ("lstm", Kind.TRAINING, 128, 32, 8),
        ("lstm", Kind.TRAINING, 512, 32, 3), ("gru", Kind.SEQUENCE, 128, 32, 8),
        ("gru", Kind.TRAINING, 128, 32, 8), ("gru", Kind.TRAINING, 512, 32, 3),
        ("elman", Kind.SEQUENCE, 128, 32, 10), ("elman", Kind.TRAINING, 512, 32, 4),
        ("mgu_layer_norm", Kind.TRAINING, 128, 32, 5), ("mingru", Kind.SEQUENCE, 256, 1, 200)))
SIMULATED = tuple(
    Workload(cell, kind, m, batch) for cell, kind, m, batch in (
        ("lstm", Kind.SEQUENCE, 128, 32), ("lstm", Kind.SEQUENCE, 512, 32),
        ("lstm", Kind.SEQUENCE, 512, 1), ("lstm", Kind.SEQUENCE, 1024, 128),
        ("lstm", Kind.TRAINING, 128, 32), ("lstm", Kind.TRAINING, 512, 32),
        ("lstm", Kind.TRAINING, 128, 128), ("gru", Kind.SEQUENCE, 128, 32),
        ("gru", Kind.TRAINING, 128, 32), ("elman", Kind.SEQUENCE, 128, 32),
        ("elman", Kind.TRAINING, 512, 32)))
THREADS = (1, 2, 4, 8, 16, 32, 64)
WIDTHS = (64, 32)  # bytes of a vector: AVX-512, AVX


@dataclass(frozen=True)
class Compared:
    """Seconds measured and predicted; ``workload`` has the number of threads."""

    workload: Workload
    measured: float
    predicted: float

    @property
    def ratio(self) -> float:
        """What the model says over what is."""
        return self.predicted / self.measured


@dataclass(frozen=True)
class Simulated:
    """Seconds by number of threads; ``blocks`` are those of threads that share blocks alone."""

    workload: Workload
    vector_bytes: int
    rows: tuple[Prediction, ...]
    blocks: tuple[Prediction, ...]

    def faster(self, place: int, blocks: bool = False) -> float:
        """How many times faster than one thread, at a place in THREADS."""
        found = self.blocks if blocks else self.rows
        return self.rows[0].seconds / found[place].seconds


def compared(machine: Machine, rounds: int, loads: Sequence[Workload] = SHORT
             ) -> tuple[Compared, ...]:
    """Each on one thread and on two: the least of interleaved rounds beside the model."""
    every = [replace(one, threads=threads) for one in loads for threads in (1, 2)]
    cases = [make_case(one) for one in every]
    calls = [next(iter(trials(case))).call for case in cases]
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for place, call in enumerate(calls):
            best[place] = min(best[place], _least(call))
    return tuple(Compared(one, seconds, _predicted(case, machine))
                 for one, case, seconds in zip(every, cases, best, strict=True))


def _least(call: Callable[[], object]) -> float:
    """The least of some calls in a row, behind one that wakes the team."""
    call()
    best, started = float("inf"), time.perf_counter()
    while time.perf_counter() < started + 0.03:
        before = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - before)
    return best


def _predicted(case: Case, machine: Machine) -> float:
    load = case.workload
    return predicted(derive(case.program), load.kind, case.sizes, machine, load.threads).seconds


def simulated(machine: Machine, loads: Sequence[Workload] = SIMULATED) -> Iterator[Simulated]:
    """Machines with more of the same cores, with each width of vectors."""
    for width in WIDTHS:
        like = replace(machine, vector_bytes=width)
        for load in loads:
            plan, sizes = derive(load.program()), _sizes(load)
            rows, blocks = (tuple(
                predicted(plan, load.kind, sizes, larger(like, max(like.cores, threads)), threads,
                          by_rows) for threads in THREADS) for by_rows in (True, False))
            yield Simulated(load, width, rows, blocks)


def _sizes(load: Workload) -> dict[str, int]:
    """The sizes of a workload whose free sizes are all m."""
    free = {one.name: load.m for one in load.program().sizes if one.value is None}
    return {"T": load.steps, "B": load.batch, **free}
