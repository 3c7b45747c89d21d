"""``symrnn accuracy``: its options, and how its table comes to the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn.cli import choices, completion
from symrnn.cli.terminal import say, say_table, waiting
from symrnn.targets import DTYPES

Cell = Annotated[str, typer.Argument(
    metavar="CELL", help="A name that `symrnn list` shows, or a file.",
    autocompletion=completion.cells)]


def accuracy(cell: Cell,
             sizes: Annotated[str, typer.Option(
                 metavar="n=3,m=4", help="Sizes; small ones unless told.")] = "",
             steps: Annotated[int, typer.Option(
                 "--T", min=1, metavar="T", help="The length of the sequence.")] = 5,
             range: Annotated[str, typer.Option(
                 metavar="LOW,HIGH", help="Between which inputs, parameters and states lie.")] = "",
             dtype: Annotated[str, choices.option(
                 "type", DTYPES, "--dtype", help="What the kernel computes in.")] = "float64",
             kernel: Annotated[str, choices.option(
                 "kernel", ("fast", "portable", "numpy"), "--kernel",
                 help="Which kernel.")] = "fast",
             seed: Annotated[int, typer.Option(
                 min=0, metavar="N", help="Of the numbers.")] = 0,
             format: Annotated[str, choices.option(
                 "format", ("text", "json"), "--format", help="How it is told.")] = "text") -> None:
    """Measure the rounding errors of a kernel beside a proven bound, for every gradient too.

    Exact values and the bound come from ball arithmetic over the equations, so it needs
    `pip install "symrnn[accuracy]"`. The exit code is 1 where an error lies outside its bound.

    Examples: `symrnn accuracy lstm`, `symrnn accuracy my.cell --sizes n=3,m=8 --T 20`,
    `symrnn accuracy gru --range -100,100 --dtype float32 --format json`.
    """
    from symrnn.rounding import command  # loads what no other command needs

    with waiting("Measuring"):
        found = command.accuracy(cell, sizes, steps, range, dtype, kernel, seed)
    if format == "json":
        say(command.json(found))
    else:
        say(found.about)
        say_table(command.HEAD, found.rows)
        say(found.verdict)
    raise typer.Exit(0 if found.inside else 1)
