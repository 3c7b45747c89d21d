"""``symrnn bench`` without a terminal: what was asked, the files it writes, tables to print."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from symrnn.bench import plot, processes, report
from symrnn.bench import scaling as growth
from symrnn.bench.cores import check
from symrnn.bench.cores import page as cores_page
from symrnn.bench.cores.machine import measured
from symrnn.bench.kinds import Kind
from symrnn.bench.outcome import Report
from symrnn.bench.report import Row
from symrnn.bench.timing import QUICK, Rules
from symrnn.bench.workloads import Choice, Workload, chosen, network, quick
from symrnn.program import Misused
from symrnn.rendering import put

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
    weights: tuple[str, ...] = ()
    rounds: int | None = None
    quick: bool = False
    every: bool = False

    @property
    def choice(self) -> Choice:
        """What is to be raced."""
        return Choice(self.cells, tuple(map(Kind, self.kinds)), self.m, self.batch, self.steps,
                      self.threads, self.weights)

    @property
    def rules(self) -> Rules:
        """How it is raced."""
        return QUICK if self.quick else replace(Rules(), rounds=self.rounds or Rules.rounds)

    def refuse(self, scaling: bool) -> None:
        """Raise Misused where an option would change nothing."""
        sizes = {"--m": self.m, "--batch": self.batch, "--steps": self.steps}
        alone = _given({**sizes, "--threads": self.threads, "--weights": self.weights,
                        "--every": self.every})
        if scaling and alone:
            raise Misused(f"--scaling sweeps the sizes of symrnn alone on one thread, so it does "
                          f"not go with {alone}")
        small = _given({**sizes, "--rounds": self.rounds})
        if self.quick and small:
            raise Misused(f"--quick runs every workload once at a small size of its own, so it "
                          f"does not go with {small}")
        if self.steps and set(self.kinds) == {Kind.STEP.value}:
            raise Misused("--steps is the length of sequences, so it does not go with --kind step")


def _given(options: Mapping[str, object]) -> str:
    return ", ".join(name for name, value in options.items() if value)


def _writable(path: Path) -> bool:
    folder = next((part for part in path.absolute().parents if part.exists()), path)
    return not path.is_dir() and folder.is_dir() and os.access(folder, os.W_OK)


@dataclass(frozen=True)
class Files:
    """Where the outcome is written; None writes nothing."""

    json: Path | None = None
    plot: Path | None = None
    results: Path | None = None

    def refuse(self) -> None:
        """Raise Misused for a file that cannot be written, before hours of racing."""
        named = [one for one in (self.json, self.plot, self.results) if one is not None]
        for one in named:
            if not _writable(one):
                raise Misused(f"{one} cannot be written; name another file")
            if named.count(one) > 1:
                raise Misused(f"{one} is named twice; every outcome needs a file of its own")
        if self.plot and not find_spec("matplotlib"):
            raise Misused(plot.MISSING)


@dataclass(frozen=True)
class Answer:
    """Tables with their heads, sentences, and 1 where somebody computed other numbers."""

    tables: tuple[tuple[Row, tuple[Row, ...]], ...]
    remarks: tuple[str, ...]
    exit_code: int


def asked_for(scaling_: bool, cores_: bool) -> Callable[[Asked, Files, Told], Answer]:
    """What answers: a race, unless one of the pages beside it is asked for. Raises Misused."""
    if scaling_ and cores_:
        raise Misused("--cores and --scaling are two pages; ask for one at a time")
    return cores if cores_ else scaling if scaling_ else race


def race(asked: Asked, files: Files, told: Told = lambda number, total: None) -> Answer:
    """Race what was chosen.

    Raises UnknownName for a cell that is not there, Misused for options that change nothing.
    """
    asked.refuse(scaling=False)
    files.refuse()
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
    """Sweep T, B and m with symrnn alone; LSTM, forward and training, unless told otherwise.

    Raises as :func:`race` does.
    """
    asked.refuse(scaling=True)
    files.refuse()
    kinds = tuple(map(Kind, asked.kinds)) or (Kind.SEQUENCE, Kind.TRAINING)
    cells = asked.cells or ("lstm",)
    for name in cells:
        network(name)
    loads = growth.workloads(cells, kinds, asked.quick)
    found = _run(loads, asked, told, peers=False)
    sweeps = tuple(growth.sweeps(found.outcomes, asked.quick))
    tables = ((growth.VERDICTS_HEAD, tuple(growth.verdicts(sweeps))),
              (growth.HEAD, tuple(growth.rows(sweeps))))
    if files.plot:
        plot.scaling_plot(sweeps, files.plot)
    if files.results:
        _write(files.results, report.page("Growth", found, growth.EXPLAINED, tables))
    return _answer(found, files, tables)


def cores(asked: Asked, files: Files, told: Told = lambda number, total: None) -> Answer:
    """The model of cost by number of threads, beside this machine. Raises as :func:`race` does."""
    given = _given({name: value for name, value in asdict(asked).items()
                    if name not in ("rounds", "quick")})
    if given or files.json:
        raise Misused("--cores has workloads of its own, and goes with --quick, --rounds, --plot "
                      "and --results alone")
    files.refuse()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    machine = measured(1 if asked.quick else 40)
    short, more = ((one[:2] if asked.quick else one) for one in (check.SHORT, check.SIMULATED))
    found = check.compared(machine, 1 if asked.quick else asked.rounds or Rules.rounds, short)
    told(1, 2)
    threads = tuple(check.simulated(machine, more))
    told(2, 2)
    tables = ((cores_page.CONSTANTS, tuple(cores_page.constant_rows(machine))),
              (cores_page.COMPARED, tuple(cores_page.compared_rows(found))),
              (cores_page.SIMULATED, tuple(cores_page.simulated_rows(threads))))
    outcome = Report((), {}, (), load)
    if files.plot:
        plot.cores_plot(cores_page.lines(threads), files.plot)
    if files.results:
        _write(files.results, report.page("Cores", outcome, cores_page.EXPLAINED, tables))
    return _answer(outcome, files, tables)


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
    put(path, lambda made: made.write_text(text, encoding="utf-8", newline="\n"))
