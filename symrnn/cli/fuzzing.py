"""``symrnn fuzz``: random cells through every kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symrnn.cli.terminal import say, waiting


def fuzz(cells: Annotated[int, typer.Option(min=1, help="How many cells.")] = 100,
         seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same cells.")] = 0,
         output: Annotated[Path, typer.Option(
             "--output", "-o", metavar="FILE",
             help="Where the smallest cell that fails is written.")] = Path("wrong.cell")) -> None:
    """Draw random cells and hold every kernel of each against its equations.

    All that a kernel computes climbs the same ladder: forward, backward, steps, lengths, tangents,
    Hessian products, online learning. A failure is shrunk to the smallest cell that still fails.
    It needs `pip install "symrnn[fuzz]"`. Example: `symrnn fuzz --cells 2000 --seed 7`.
    """
    from symrnn import workflow

    with waiting("Drawing") as told:
        report = workflow.fuzzed(cells, seed, output, lambda number: told(number, "", cells))
    say(str(report))
    raise typer.Exit(1 if report.failure else 0)
