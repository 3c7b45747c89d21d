"""What ``symrnn fuzz`` does, without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from symrnn import rendering
from symrnn.fuzzing.campaign import KERNELS, Campaign, Report
from symrnn.fuzzing.others import chosen
from symrnn.fuzzing.toolchains import all_kernels
from symrnn.runtime.compiler import slightly_optimised
from symrnn.runtime.patience import silence


def fuzzed(cells: int, seed: int, output: Path, told: Callable[[int], None],
           all_compilers: bool = False, also: Sequence[str] = ()) -> Report:
    """Hold the kernels of random cells against their equations; write the smallest that fails.

    With ``all_compilers`` C is compiled by all that this machine has; what is called ``also``
    computes the equations in its own way. Raises FileRefused where the cell may not stand there,
    Misused for what is not there.
    """
    kernels = all_kernels() if all_compilers else KERNELS
    others = tuple(chosen(one) for one in also)
    with silence(), slightly_optimised():
        report = Campaign(cells, seed, kernels, others).run(told)
    if report.failure:
        rendering.write(output.parent, {output.name: report.text}, "choose another file")
    return report
