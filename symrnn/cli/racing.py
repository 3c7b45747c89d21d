"""``symrnn bench``: its options, and how its tables come to the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symrnn.bench.kinds import Kind
from symrnn.bench.timing import Rules
from symrnn.cli import choices, completion
from symrnn.cli.terminal import say, say_table, waiting
from symrnn.targets import OF_KERNELS


KINDS = tuple(one.value for one in Kind)
KindOption = Annotated[list[str] | None, choices.option(
    "kind of race", KINDS, "--kind", help="What is timed; repeatable.")]
WeightsOption = Annotated[list[str] | None, choices.option(
    "type of weights", OF_KERNELS, "--weights", help="Only this narrow type; repeatable.")]
SizeOption = Annotated[list[int] | None, typer.Option(
    min=1, metavar="N", help="Only this size; repeatable.")]
FileOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write this file too.")]


def bench(cells: Annotated[list[str] | None, typer.Argument(
              metavar="CELL", help="Names or files; all goals without any.",
              autocompletion=completion.cells)] = None,
          kind: KindOption = None, m: SizeOption = None, batch: SizeOption = None,
          steps: SizeOption = None, threads: SizeOption = None,
          weights: WeightsOption = None,
          rounds: Annotated[int | None, typer.Option(
              min=1, metavar="N", help=f"Interleaved rounds, {Rules.rounds} unless told.")] = None,
          json: FileOption = None, plot: FileOption = None, results: FileOption = None,
          quick: Annotated[bool, typer.Option(
              "--quick", help="Every workload once at a small size; times mean nothing.")] = False,
          every: Annotated[bool, typer.Option(
              "--every", help="Show the time and the error of every contender.")] = False,
          scaling: Annotated[bool, typer.Option(
              "--scaling", help="Time and memory of symrnn alone against T, B and m.")] = False,
          cores: Annotated[bool, typer.Option(
              "--cores", help="A model of symrnn's time by number of threads.")] = False,
          ) -> None:
    """Race symrnn against PyTorch, ONNX Runtime, JAX and OpenVINO: `pip install "symrnn[bench]"`.

    All must compute the same numbers first. The goals that fit the options are raced; where
    none fits, the sizes that were asked for. The exit code is 1 where one computed other numbers.

    Examples: `symrnn bench`,
    `symrnn bench lstm --kind step --m 64 --batch 1 --rounds 50`, `symrnn bench my.cell --scaling`,
    `symrnn bench gru --kind step --m 512 --weights int8`, `symrnn bench --cores`.
    """
    from symrnn.bench import command  # loads what no other command needs

    asked = command.Asked(
        tuple(cells or ()), tuple(kind or ()), tuple(m or ()), tuple(batch or ()),
        tuple(steps or ()), tuple(threads or ()), tuple(weights or ()), rounds, quick, every)
    files = command.Files(json, plot, results)
    with waiting("Racing") as told:
        run = command.asked_for(scaling, cores)
        answer = run(asked, files, lambda number, total: told(number, "", total))
    for head, body in answer.tables:
        say_table(head, body)
    for remark in answer.remarks:
        say(remark)
    raise typer.Exit(answer.exit_code)
