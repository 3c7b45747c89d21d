"""Starts a child for each thread count, with the environment that each library wants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

from symrnn.bench.contenders.lineup import missing
from symrnn.bench.limits import Limits
from symrnn.bench.outcome import Outcome, Report
from symrnn.bench.timing import Rules
from symrnn.bench.workloads import Workload
from symrnn.program import ProgramError

COUNTED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
ONE_THREAD_OF_JAX = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def environment(threads: int) -> dict[str, str]:
    """The variables that hold every library to a number of threads."""
    made = {**os.environ, **dict.fromkeys(COUNTED, str(threads)), "JAX_PLATFORMS": "cpu"}
    if threads == 1:
        made["XLA_FLAGS"] = f"{made.get('XLA_FLAGS', '')} {ONE_THREAD_OF_JAX}".strip()
    return made


def run(workloads: Sequence[Workload], rules: Rules, hurry: bool = False, peers: bool = True,
        told: Callable[[Outcome], None] = lambda outcome: None) -> Report:
    """Race all workloads, those of one thread count in one process; ``told`` hears of each."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    outcomes, limits = dict[Workload, Outcome](), dict[int, Limits]()
    for threads in sorted({one.threads for one in workloads}):
        own = [one for one in workloads if one.threads == threads]
        request = {"rules": asdict(rules.on(threads)), "hurry": hurry, "peers": peers}
        answers = _answers(own, threads, request)
        limits[threads] = Limits(**json.loads(next(answers)))
        for answer in answers:
            outcome = Outcome.from_json(json.loads(answer))
            outcomes[outcome.workload] = outcome
            told(outcome)
    return Report(tuple(outcomes[one] for one in workloads), limits,
                  missing() if peers else (), load)


def _answers(workloads: Sequence[Workload], threads: int,
             request: dict[str, object]) -> Iterator[str]:
    """The lines of a child. Raises ProgramError with its last words where it fails."""
    asked = {**request, "threads": threads, "workloads": [one.as_json() for one in workloads]}
    with subprocess.Popen([sys.executable, "-m", "symrnn.bench.child"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          start_new_session=True,  # Ctrl-C is told to this process alone
                          env=environment(threads)) as child:
        assert child.stdin and child.stdout
        try:
            child.stdin.write(json.dumps(asked))
            child.stdin.close()
            yield from child.stdout
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise ProgramError(f"the process that races on {threads} threads ended with code "
                           f"{child.returncode}; what went wrong stands above")
