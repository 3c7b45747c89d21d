"""A process for one thread count: libraries read their environment when they are loaded.

``python -m symrnn.bench.child`` reads one request, JSON on standard input, and answers in lines
of JSON on standard output: the limits, then an outcome for each workload.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import IO, Any

from symrnn.bench.timing import Rules
from symrnn.bench.workloads import Workload


def main() -> None:
    """Answer one request."""
    answers = _private_output()
    request = json.loads(sys.stdin.read())
    bind_to_processors(request["threads"])
    warnings.simplefilter("ignore")
    for answer in _answers(request):
        print(json.dumps(answer), file=answers, flush=True)


def _answers(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from symrnn.bench import heat, limits

    sgemm = limits.fastest_product(request["hurry"])
    found = limits.measured(request["threads"], sgemm, request["hurry"])
    yield asdict(found)
    rules = Rules(**request["rules"])
    workloads = list(map(Workload.from_json, request["workloads"]))
    outcomes = (heat.run(one, rules, found, sgemm) for one in workloads) if request["peers"] \
        else heat.together(workloads, rules, found)
    yield from (one.as_json() for one in outcomes)


def _private_output() -> IO[str]:
    """Standard output for answers alone; what libraries print goes to standard error."""
    kept = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return kept


def bind_to_processors(threads: int) -> None:
    """Keep the process on as many processors as it has threads, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, last(os.sched_getaffinity(0), threads))


def last(processors: Iterable[int], count: int) -> set[int]:
    """The last processors: the first one serves interrupts."""
    return set(sorted(processors)[-count:])


if __name__ == "__main__":
    main()
