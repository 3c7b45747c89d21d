"""Plots: the fraction of the machine's limit, and how time grows. Needs matplotlib."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from symrnn.bench.contenders.lineup import EXTRA
from symrnn.bench.outcome import Outcome
from symrnn.bench.scaling import Sweep
from symrnn.program import ProgramError

MISSING = f"a plot needs matplotlib, which is not installed; {EXTRA}"
Points = Mapping[str, Sequence[tuple[float, float]]]
MARKS = "os^v"  # of ten lines each, which are all colours


def fraction_plot(outcomes: Sequence[Outcome], path: Path) -> None:
    """The fraction of the limit against the hidden size: kinds as panels, cells as lines.

    Raises ProgramError where matplotlib is missing.
    """
    kinds = list(dict.fromkeys(one.workload.kind for one in outcomes))

    def draw(figure: Any) -> None:
        panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
        for axes, kind in zip(panels, kinds, strict=True):
            _lines(axes, _fractions([one for one in outcomes if one.workload.kind is kind]))
            sizes = sorted({one.workload.m for one in outcomes if one.workload.kind is kind})
            axes.set(title=kind.value, xscale="log", xlabel="hidden units m")
            axes.set_xticks(sizes, [str(size) for size in sizes], fontsize=7, rotation=45)
            axes.minorticks_off()
            axes.axhline(1, color="0.6", linewidth=0.8)
            axes.legend(fontsize=7)
        panels[0].set(ylabel="fraction of the machine's limit")
        panels[0].set_ylim(bottom=0)  # when all panels are full: they share their heights

    _save(path, (5 * len(kinds), 5), draw)


def _fractions(outcomes: Sequence[Outcome]) -> Points:
    lines: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for outcome in outcomes:
        load = outcome.workload
        threads = f", {load.threads} threads" if load.threads > 1 else ""
        if outcome.fraction is not None:
            lines[f"{load.cell}, B = {load.batch}{threads}"].append((load.m, outcome.fraction))
    return lines


def scaling_plot(sweeps: Sequence[Sweep], path: Path) -> None:
    """Time and memory against T, B and m. Raises ProgramError where matplotlib is missing."""
    def draw(figure: Any) -> None:
        rows = figure.subplots(2, len(sweeps), squeeze=False)
        for column, sweep in enumerate(sweeps):
            _lines(rows[0][column], {"": [(one.at, one.seconds) for one in sweep.points]})
            _lines(rows[1][column], {"": [(one.at, one.memory) for one in sweep.points]})
            rows[0][column].set(title=sweep.title, ylabel="seconds", ylim=(0, None))
            rows[1][column].set(xlabel=sweep.axis, ylabel="bytes", ylim=(0, None))

    _save(path, (4 * len(sweeps), 6), draw)


def cores_plot(panels: Mapping[str, Points], path: Path) -> None:
    """How many times faster, by number of threads; dashed is what comes behind another line.

    A panel has pairs of lines. Raises ProgramError where matplotlib is missing.
    """
    def draw(figure: Any) -> None:
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (title, lines) in zip(row, panels.items(), strict=True):
            for number, (name, points) in enumerate(lines.items()):
                other = number % 2 == 1
                axes.plot([one[0] for one in points], [one[1] for one in points],
                          "--" if other else f"{MARKS[number // 20 % len(MARKS)]}-",
                          label=None if other else name, markersize=3, linewidth=1,
                          color=f"C{number // 2 % 10}")
            axes.plot([1, 64], [1, 64], color="0.8", linewidth=0.8)
            axes.set(title=title, xscale="log", yscale="log", xlabel="threads")
            ticks = [1, 2, 4, 8, 16, 32, 64]
            axes.set_xticks(ticks, [str(one) for one in ticks])
            axes.set_yticks(ticks, [str(one) for one in ticks])
            axes.minorticks_off()
        row[0].set(ylabel="times faster than one thread (dashed: blocks of units alone)")
        row[0].legend(fontsize=7)

    _save(path, (6 * len(panels), 6), draw)


def _lines(axes: Any, lines: Points) -> None:
    for name, points in lines.items():
        ordered = sorted(points)
        axes.plot([one[0] for one in ordered], [one[1] for one in ordered], "o-", label=name,
                  markersize=3, linewidth=1)


def _save(path: Path, size: tuple[float, float], draw: Callable[[Any], None]) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ProgramError(MISSING) from None
    figure = Figure(figsize=size, layout="constrained")
    draw(figure)
    figure.savefig(path, dpi=150)
