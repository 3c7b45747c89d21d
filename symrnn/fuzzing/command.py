"""What ``symrnn fuzz`` does, without a terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from symrnn import rendering
from symrnn.fuzzing.campaign import Campaign, Report
from symrnn.runtime.compiler import slightly_optimised
from symrnn.runtime.patience import silence


def fuzzed(cells: int, seed: int, output: Path, told: Callable[[int], None]) -> Report:
    """Hold the kernels of random cells against their equations; write the smallest that fails.

    Raises FileRefused where it may not stand there.
    """
    with silence(), slightly_optimised():
        report = Campaign(cells, seed).run(told)
    if report.failure:
        rendering.write(output.parent, {output.name: report.text}, "choose another file")
    return report
