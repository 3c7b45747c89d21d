"""``symrnn package``: its options, and what it says."""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn.cli import choices, completion
from symrnn.cli.terminal import say, waiting
from symrnn.targets import LOSSES, NARROW, PACKAGES

KindOption = Annotated[list[str] | None, choices.option(
    "kind of package", PACKAGES, "--for", help="Only for this toolchain; repeatable.")]
NarrowOption = Annotated[str | None, choices.option(
    "type of weights", NARROW, "--weights-as", help="Store matrices in fewer bits.")]
WindowOption = Annotated[int | None, typer.Option(
    min=1, metavar="STEPS", help="With --train, how far gradients reach back; 8 unless told.")]
ToleranceOption = Annotated[float | None, typer.Option(
    min=0, metavar="SHARE", help="With --weights-as, what it may change of the largest entry; 0.01 "
                                 "unless told.")]
LossOption = Annotated[str | None, choices.option(
    "loss", LOSSES, "--loss", help="With --train, what is to become small.")]


def package(cell: Annotated[str, typer.Argument(
                metavar="CELL", autocompletion=completion.cells,
                help="A name that `symrnn list` shows, or a file: my.cell, lstm.safetensors, "
                     "model.onnx.")],
            output: Annotated[str, typer.Option(
                "--output", "-o", metavar="DIR", help="The folder of the package.")],
            fix: Annotated[str, typer.Option(
                metavar="n=1,m=32", help="Sizes that no weights tell.")] = "",
            name: Annotated[str, typer.Option(
                metavar="NAME", help="What begins every name in C, every file and target; that "
                                     "of the cell without.")] = "",
            weights: Annotated[str, typer.Option(
                metavar="FILE", help="Weights by their names, .npz or .safetensors; drawn "
                                     "without.")] = "",
            node: Annotated[str, typer.Option(
                metavar="NAME", help="The node, where an ONNX model has several.")] = "",
            kinds: KindOption = None,
            train: Annotated[bool, typer.Option(
                "--train", help="Learn on the device, too.")] = False,
            loss: LossOption = None,
            window: WindowOption = None, weights_as: NarrowOption = None,
            tolerance: ToleranceOption = None) -> None:
    """Write a folder that C projects build as it is: a network, its weights, tests, build files.

    Sizes are fixed and nothing is allocated.

    Examples: `symrnn package gru -o gru --fix n=1,m=16`,
    `symrnn package lstm -o lstm --weights lstm.npz --for cmake --for arduino`,
    `symrnn package my.cell -o my --fix n=3,m=8 --train --window 16`,
    `symrnn package lstm.safetensors -o amp --name amp --weights-as int8 --tolerance 0.02`.
    """
    from symrnn import workflow
    from symrnn.program import Misused

    if (loss or window) and not train:
        raise Misused("--loss and --window go with --train")
    if tolerance is not None and not weights_as:
        raise Misused("--tolerance goes with --weights-as")
    with waiting("Packaging"):
        made = workflow.package_of(
            cell, weights, node, fix, name, kinds=kinds or [],
            train=(loss or LOSSES[0]) if train else "", window=window or 8,
            weights_as=weights_as or "", tolerance=0.01 if tolerance is None else tolerance)
        removed = made.write(folder := workflow.folder(output))
    for one in made.differences:
        say(str(one))
    if removed:
        say(f"removed what an earlier package had and this one lacks: {', '.join(removed)}")
    say(f"{len(made.files)} files in {folder}; {folder / 'README.md'} tells how large it is and "
        f"how to build it")
