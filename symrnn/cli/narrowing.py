"""``symrnn narrow``: its options, and how its table comes to the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn.cli import completion
from symrnn.cli.terminal import say, say_table, waiting


def narrow(cells: Annotated[list[str] | None, typer.Argument(
               metavar="CELL", help="Names or files; every cell without any.",
               autocompletion=completion.cells)] = None,
           fix: Annotated[str, typer.Option(
               metavar="n=4,m=32", help="Sizes; 16 unless told.")] = "",
           steps: Annotated[int, typer.Option(
               "--T", min=1, metavar="T", help="The length of the sequence.")] = 50) -> None:
    """Measure what weights of bfloat16 and int8 change of the results.

    Weights and the input are drawn; all else is float32. `symrnn.compile(net, weights="int8")` is
    such a kernel, and `kernel.rounded(params)` its weights.

    Examples: `symrnn narrow`, `symrnn narrow lstm gru --fix m=256 --T 200`.
    """
    from symrnn.packaging import rounded  # loads what no other command needs

    with waiting("Measuring") as told:
        found = []
        for one in rounded.measured(cells or [], fix, steps):
            found.append(one)
            told(len(found), one.name, None)
    say(rounded.about(fix, steps))
    say_table(rounded.HEAD, [one.row for one in found])
