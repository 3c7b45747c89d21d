"""``symrnn flow``: its options, and how its tables come to the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symrnn.cli import completion
from symrnn.cli.terminal import say, say_table, waiting

Cells = Annotated[list[str], typer.Argument(
    metavar="CELL...", help="Names that `symrnn list` shows, or files; several are compared.",
    autocompletion=completion.cells)]
Settings = Annotated[list[str] | None, typer.Option(
    "--scale", metavar="U=1.5", help="Multiply parameters of this name or pattern; repeatable. "
    "`recurrent` means the weights from state to state.")]
Values = Annotated[list[str] | None, typer.Option(
    "--set", metavar="b_f=1", help="Let all entries of a parameter be this; repeatable.")]


def flow(cells: Cells, steps: Annotated[int, typer.Option(
             metavar="STEPS", help="The longest lag.")] = 50,
         fix: Annotated[str, typer.Option(metavar="n=4,m=32", help="Sizes; 8 unless told.")] = "",
         weights: Annotated[Path | None, typer.Option(
             metavar="FILE.npz", help="Given weights, named as in `kernel.parameters`.")] = None,
         seed: Annotated[int, typer.Option(
             min=0, metavar="N", help="Of random weights and inputs.")] = 0,
         scale: Settings = None, set: Values = None,
         data: Annotated[Path | None, typer.Option(
             metavar="FILE.json|csv|npz", help="Save the numbers.")] = None,
         plot: Annotated[Path | None, typer.Option(
             metavar="FILE.svg|png|pdf", help="Save the curves.")] = None) -> None:
    """Measure how gradients travel through time: their norm against the lag.

    Also the spectrum of the product of Jacobians, and the shares of saturated gates. Random
    matrices are normal with variance one over their last axis; biases are 0, but 1 where that
    opens an additive path (-1 where that does); other parameters lie between 0 and 1.

    Examples: `symrnn flow elman lstm`, `symrnn flow elman --scale U=1.5 --plot elman.svg`,
    `symrnn flow lstm --set b_f=3 --steps 200 --data lstm.csv`.
    """
    from symrnn.jacobians import command  # loads what no other command needs

    asked = command.Asked(tuple(cells), steps, fix, weights, seed, tuple(scale or ()),
                          tuple(set or ()), data, plot)
    with waiting("Measuring") as told:
        found = command.flow(asked, told)
    for table in found.tables:
        say(table.about)
        say_table(table.head, table.rows)
    for path in found.written:
        say(f"{path} is written")
