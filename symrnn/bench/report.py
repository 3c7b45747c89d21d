"""A run as rows of text, JSON and Markdown."""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from symrnn.bench.contenders import versions
from symrnn.bench.limits import Limits
from symrnn.bench.outcome import Outcome, Report
from symrnn.bench.workloads import Goal
from symrnn.runtime.compiler import find_compiler

Row = tuple[str, ...]

HEAD: Row = ("cell", "what", "sizes", "threads", "symrnn", "best peer", "its time", "ratio", "goal",
             "reached", "of the limit", "of sgemm")
PLACES = ("L1", "L2", "L3", "memory")
LIMITS_HEAD: Row = ("threads", "sgemm of a library", "multiply-add", *PLACES)
EXPLAINED = ("Times are medians over interleaved rounds. The ratio is the best peer's time over "
             "symrnn's in the same round, the median of those. The limit is the least time that "
             "the peak, a library's sgemm or multiply-adds that wait for nothing, whichever is "
             "higher, and the reading of the weights allow; of int8, whose products may be of "
             "whole numbers, the reading alone. Weights that partly stay in a nearer "
             "cache from step to step are read faster than that. The last column compares with a "
             "library's sgemm in the same rounds.")


def rows(outcomes: Iterable[Outcome]) -> Iterator[Row]:
    """One row for each goal, or for each workload without one."""
    for outcome in outcomes:
        for goal in outcome.workload.goals or (Goal(0),):
            yield _row(outcome, goal)


def _row(one: Outcome, goal: Goal) -> Row:
    load, peer, ratio = one.workload, one.best_peer(goal), one.ratio(goal)
    reached = {True: "yes", False: "no", None: ""}[one.reaches(goal)]
    return (load.cell, load.kind.value, load.sizes, str(load.threads), duration(one.own),
            peer or "nobody", duration(one.seconds[peer] if peer else None),
            f"{ratio:.2f}" if ratio else "", _wanted(goal), reached,
            f"{one.fraction:.0%}" if one.fraction else "",
            f"{one.of_sgemm:.0%}" if one.of_sgemm else "")


def _wanted(goal: Goal) -> str:
    ratio = f"{goal.ratio:g}" if goal.ratio else ""
    return f"{ratio}, {goal.share:.0%} of sgemm" if goal.share else ratio


def limit_rows(limits: dict[int, Limits]) -> Iterator[Row]:
    """One row for each thread count."""
    for threads, limit in limits.items():
        peaks = (f"{peak / 1e9:.1f} GFLOP/s" for peak in (limit.sgemm, limit.fma))
        yield str(threads), *peaks, *(f"{limit.bandwidth[name] / 1e9:.1f} GB/s" for name in PLACES)


def contender_rows(outcomes: Iterable[Outcome]) -> Iterator[Row]:
    """The time and the error of every contender."""
    for outcome in outcomes:
        load = outcome.workload
        for name, error in outcome.errors.items():
            yield (load.cell, load.kind.value, load.sizes, str(load.threads), name,
                   duration(outcome.seconds.get(name)), f"{error:.0e}")


CONTENDERS_HEAD: Row = ("cell", "what", "sizes", "threads", "contender", "time", "error")


def duration(seconds: float | None) -> str:
    """Three figures and a unit: ``12.3 us``."""
    if seconds is None:
        return ""
    unit, scale = next((pair for pair in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6))
                        if seconds >= pair[1]), ("ns", 1e-9))
    return f"{seconds / scale:.3g} {unit}"


def as_json(report: Report) -> str:
    """Everything, for programs."""
    return json.dumps({
        "date": today(), "machine": machine(), "compiler": compiler(), "versions": versions(),
        "limits": {threads: asdict(one) for threads, one in report.limits.items()},
        "missing": report.missing, "load": report.load,
        "outcomes": [one.as_json() for one in report.outcomes],
    }, indent=1) + "\n"


def as_markdown(report: Report) -> str:
    """The page that is kept as ``bench/RESULTS.md``."""
    return page("Results", report, EXPLAINED, [
        (HEAD, rows(report.outcomes)), (LIMITS_HEAD, limit_rows(report.limits)),
        (CONTENDERS_HEAD, contender_rows(report.outcomes))])


def page(title: str, report: Report, explained: str,
         tables: Iterable[tuple[Row, Iterable[Row]]]) -> str:
    """Where and with what a report came about, and its tables."""
    told = ", ".join(f"{name} {one}" for name, one in versions().items())
    parts = [f"# {title}", f"{today()}. {machine()}. {compiler()}.",
             f"Python {platform.python_version()}, {told}.",
             explained, *report.missing, *report.crowded, *report.wrong,
             *(_table(head, body) for head, body in tables)]
    return "\n\n".join(parts) + "\n"


def _table(head: Row, body: Iterable[Row]) -> str:
    lines = [head, ("---",) * len(head), *body]
    return "\n".join("| " + " | ".join(one) + " |" for one in lines)


def today() -> str:
    """The date in UTC."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def machine() -> str:
    """Processor, its widest vectors, the number of cores, the system."""
    told = _processor()
    flags = told.get("flags", "").split()
    width = next((name for name in ("avx512f", "avx2", "asimd", "sse2") if name in flags), "")
    name = told.get("model name") or platform.processor() or platform.machine()
    return ", ".join(one for one in (name, width, f"{os.cpu_count()} cores", platform.system())
                     if one)


def compiler() -> str:
    """The C compiler in its own words."""
    said = subprocess.run([*find_compiler(), "--version"], capture_output=True, text=True,
                          check=False).stdout
    return said.partition("\n")[0]


def _processor() -> dict[str, str]:
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return {}
    pairs = (line.partition(":") for line in path.read_text(encoding="utf-8").splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
