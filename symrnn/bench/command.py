"""``symrnn bench`` without a terminal: what was asked, the files it writes, tables to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from symrnn.bench import plot, processes, report
from symrnn.bench import scaling as growth
from symrnn.bench.outcome import Report
from symrnn.bench.report import Row
from symrnn.bench.timing import QUICK, Rules
from symrnn.bench.workloads import Choice, Kind, Workload, chosen, quick

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Asked:
    """The options of the command; an empty field leaves everything in."""

    cells: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    m: tuple[int, ...] = ()
    batch: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    threads: tuple[int, ...] = ()
    rounds: int = Rules.rounds
    quick: bool = False
    every: bool = False

    @property
    def choice(self) -> Choice:
        """What is to be raced."""
        return Choice(self.cells, tuple(map(Kind, self.kinds)), self.m, self.batch, self.steps,
                      self.threads)

    @property
    def rules(self) -> Rules:
        """How it is raced."""
        return QUICK if self.quick else replace(Rules(), rounds=self.rounds)


@dataclass(frozen=True)
class Files:
    """Where the outcome is written; None writes nothing."""

    json: Path | None = None
    plot: Path | None = None
    results: Path | None = None


@dataclass(frozen=True)
class Answer:
    """Tables with their heads, sentences, and 1 where somebody computed other numbers."""

    tables: tuple[tuple[Row, tuple[Row, ...]], ...]
    remarks: tuple[str, ...]
    exit_code: int


def race(asked: Asked, files: Files, told: Told = lambda number, total: None) -> Answer:
    """Race what was chosen. Raises UnknownName for a cell that is not there."""
    chosen_ = chosen(asked.choice)
    found = _run(quick(chosen_) if asked.quick else chosen_, asked, told)
    if files.plot:
        plot.fraction_plot(found.outcomes, files.plot)
    if files.results:
        _write(files.results, report.as_markdown(found))
    tables = [(report.HEAD, tuple(report.rows(found.outcomes))),
              (report.LIMITS_HEAD, tuple(report.limit_rows(found.limits)))]
    if asked.every:
        tables.append((report.CONTENDERS_HEAD, tuple(report.contender_rows(found.outcomes))))
    return _answer(found, files, tuple(tables))


def scaling(asked: Asked, files: Files, told: Told = lambda number, total: None) -> Answer:
    """Sweep T, B and m with symrnn alone; LSTM, forward and training, unless told otherwise."""
    kinds = tuple(map(Kind, asked.kinds)) or (Kind.SEQUENCE, Kind.TRAINING)
    loads = growth.workloads(asked.cells or ("lstm",), kinds, asked.quick)
    found = _run(loads, asked, told, peers=False)
    sweeps = tuple(growth.sweeps(found.outcomes, asked.quick))
    tables = ((growth.VERDICTS_HEAD, tuple(growth.verdicts(sweeps))),
              (growth.HEAD, tuple(growth.rows(sweeps))))
    if files.plot:
        plot.scaling_plot(sweeps, files.plot)
    if files.results:
        _write(files.results, report.page("Growth", found, growth.EXPLAINED, tables))
    return _answer(found, files, tables)


def _run(loads: Iterable[Workload], asked: Asked, told: Told, peers: bool = True) -> Report:
    loads = tuple(loads)
    done = iter(range(1, len(loads) + 1))
    return processes.run(loads, asked.rules, asked.quick, peers,
                         lambda outcome: told(next(done), len(loads)))


def _answer(found: Report, files: Files,
            tables: tuple[tuple[Row, tuple[Row, ...]], ...]) -> Answer:
    if files.json:
        _write(files.json, report.as_json(found))
    return Answer(tables, (*found.missing, *found.crowded, *found.wrong), 1 if found.wrong else 0)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
