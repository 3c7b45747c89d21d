"""``symrnn package``: its options, and what it says."""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn.cli import choices, completion
from symrnn.cli.terminal import say, waiting
from symrnn.targets import LOSSES, PACKAGES

KindOption = Annotated[list[str] | None, choices.option(
    "kind of package", PACKAGES, "--for", help="Only for this toolchain; repeatable.")]
LossOption = Annotated[str | None, choices.option(
    "loss", LOSSES, "--loss", help="With --train, what is to become small.")]


def package(cell: Annotated[str, typer.Argument(
                metavar="CELL", autocompletion=completion.cells,
                help="A name that `symrnn list` shows, or a file: my.cell, weights.npz.")],
            output: Annotated[str, typer.Option(
                "--output", "-o", metavar="DIR", help="The folder of the package.")],
            fix: Annotated[str, typer.Option(
                metavar="n=1,m=32", help="Sizes that no weights tell.")] = "",
            weights: Annotated[str, typer.Option(
                metavar="FILE.npz", help="Weights by their names; drawn without.")] = "",
            kinds: KindOption = None,
            train: Annotated[bool, typer.Option(
                "--train", help="Learn on the device, too.")] = False,
            loss: LossOption = None,
            window: Annotated[int, typer.Option(
                min=0, metavar="STEPS",
                help="With --train, how far gradients reach back; 8 unless told.")] = 0) -> None:
    """Write a folder that C projects build as it is: a network, its weights, tests, build files.

    Sizes are fixed and nothing is allocated. Examples:
    `symrnn package gru -o gru --fix n=1,m=16`,
    `symrnn package lstm -o lstm --weights lstm.npz --for cmake --for arduino`,
    `symrnn package my.cell -o my --fix n=3,m=8 --train --window 16`.
    """
    from symrnn import workflow
    from symrnn.program import Misused

    if (loss or window) and not train:
        raise Misused("--loss and --window go with --train")
    folder = workflow.folder(output)
    with waiting("Packaging"):
        files = workflow.package_of(cell, weights, fix, kinds or [],
                                    (loss or LOSSES[0]) if train else "", window or 8)
        workflow.write_package(files, folder)
    say(f"{len(files)} files in {folder}; {folder / 'README.md'} tells how large it is and how to "
        f"build it")
