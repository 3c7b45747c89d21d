"""``symrnn fuzz``: random cells through every kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symrnn.cli.terminal import say, waiting


def fuzz(cells: Annotated[int, typer.Option(
             min=1, metavar="N", help="How many cells.")] = 100,
         seed: Annotated[int, typer.Option(
             min=0, metavar="N", help="The same seed draws the same cells.")] = 0,
         output: Annotated[Path, typer.Option(
             "--output", "-o", metavar="FILE",
             help="Where the smallest cell that fails is written.")] = Path("wrong.cell"),
         all_compilers: Annotated[bool, typer.Option(
             "--all-compilers", help="C by gcc, clang and zig, in all widths.")] = False,
         also: Annotated[list[str] | None, typer.Option(
             metavar="NAME", help="Beside kernels: torch, jax, onnx or javascript; may be "
                                  "repeated.")] = None) -> None:
    """Draw random cells and hold every kernel of each against its equations.

    All that a kernel computes climbs the same ladder: forward, backward, steps, lengths, tangents,
    Hessian products, online learning. A failure is shrunk to the smallest cell that still fails.
    --all-compilers takes the C of gcc, clang and zig at -O0 and -O3, that for SSE, AVX2 and
    AVX-512, and two threads, as far as they are here.
    --also torch and jax compute the equations by these libraries' operations and derivatives, onnx
    the exported model in ONNX Runtime, javascript the script of a page in Node.
    It needs `pip install "symrnn[fuzz]"`. The exit code is 1 where one fails.

    Examples: `symrnn fuzz --cells 2000 --seed 7`, `symrnn fuzz --also torch`.
    """
    from symrnn.program import Misused

    try:
        from symrnn.fuzzing.command import fuzzed
    except ModuleNotFoundError:
        raise Misused('cells are drawn by Hypothesis: pip install "symrnn[fuzz]"') from None
    with waiting("Drawing") as told:
        report = fuzzed(cells, seed, output, lambda number: told(number, "", cells),
                        all_compilers, also or ())
    say(str(report))
    raise typer.Exit(1 if report.failure else 0)
