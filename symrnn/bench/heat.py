"""One workload: line up, compare the numbers, then race."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Sequence

from symrnn.bench.case import BOUND, Case, make_case
from symrnn.bench.contenders import line_up
from symrnn.bench.contenders.ours import NAME
from symrnn.bench.contenders.ours import trials as own_trials
from symrnn.bench.limits import Limits, Product
from symrnn.bench.outcome import Outcome
from symrnn.bench.roofline import work
from symrnn.bench.timing import Rules, at_one_pace, race
from symrnn.bench.workloads import Workload

SGEMM = "sgemm of a library"


def run(workload: Workload, rules: Rules, limits: Limits, sgemm: Product) -> Outcome:
    """Race a workload; who computes other numbers does not race, and the outcome says so.

    A library's ``sgemm`` runs in the same rounds, out of competition: a machine that is slower
    for some minutes is so for everybody.
    """
    case = make_case(workload)
    trials = list(line_up(case))
    errors = {one.name: case.error(one.results()) for one in trials}
    right = [one for one in trials if errors[one.name] <= BOUND]
    notes = tuple(f"{workload.cell}, {workload.kind.value}, {workload.sizes}: {name} is off by "
                  f"{error:.1e} of the largest entry (bound {BOUND:.1e}) and does not race"
                  for name, error in errors.items() if error > BOUND)
    samples = race({one.name: one.call for one in right} | {SGEMM: sgemm.call}, rules)
    least = work(case)
    share = least.operations / sgemm.operations
    return Outcome(workload, samples, errors, least.seconds(limits), _memory(case), notes,
                   tuple(share * seconds for seconds in samples.pop(SGEMM)))


def together(workloads: Sequence[Workload], rules: Rules, limits: Limits) -> Iterator[Outcome]:
    """Symrnn alone on many workloads, interleaved: what is compared is timed side by side."""
    cases = [make_case(one) for one in workloads]
    trials = [next(iter(own_trials(case))) for case in cases]
    samples = at_one_pace(race({str(number): one.call for number, one in enumerate(trials)}, rules))
    for number, (workload, case, trial) in enumerate(zip(workloads, cases, trials, strict=True)):
        yield Outcome(workload, {NAME: samples[str(number)]}, {NAME: case.error(trial.results())},
                      work(case).seconds(limits), _memory(case))


def _memory(case: Case) -> int:
    """What the first call of a kernel needs, packed weights and all: later ones lend it again."""
    return peak_memory(next(iter(own_trials(case))).call)


def peak_memory(call: Callable[[], object]) -> int:
    """The most bytes that one call holds at a time; arrays of NumPy are counted."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
