"""``symrnn verify``: the ladder for networks, and a certificate of each."""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn.cli import choices
from symrnn.cli.commands import CellNames
from symrnn.cli.terminal import say, waiting
from symrnn.targets import PROFILES

Output = Annotated[str, typer.Option("--output", "-o", metavar="DIR",
                                     help="The folder of the certificates.")]
Profiles = Annotated[list[str] | None, choices.option(
    "profile", PROFILES, "--profile", help="Only this profile of C; repeatable.")]
Format = Annotated[str, choices.option("format", ("text", "json"), "--format", "-f",
                                       help="How to print them.")]


def verify(cells: CellNames = None, output: Output = "certificates",
           seed: Annotated[int, typer.Option(
               min=0, metavar="N", help="Of the random arguments.")] = 0,
           profile: Profiles = None, format: Format = "text") -> None:
    """Hold the derivation, the interpreter and every kernel against each other, rung by rung.

    A certificate, DIR/NAME.json and DIR/NAME.txt, tells what was compared with what, how many
    numbers, and the worst error. The exit code is 1 where one does not hold, and where equations
    have no finite values to compare.

    Examples: `symrnn verify lstm`, `symrnn verify my.cell --seed 7 --format json`.
    """
    from symrnn import workflow
    from symrnn.checking.certificate import Incomparable
    from symrnn.checking.certified import certified

    folder, asked = workflow.folder(output), workflow.chosen(cells or [])
    typed = workflow.once(cells or [one.name for one in asked])
    wrong: list[str] = []
    with waiting("Verifying") as told:
        for done, (one, words) in enumerate(zip(asked, typed, strict=True)):
            told(done, one.name, len(asked))
            try:
                found = certified(one.build(), one.name, words, seed, profile or (), folder)
            except Incomparable as error:
                wrong.append(str(error))
                continue
            say(found.json if format == "json" else found.text)
            wrong += found.wrong
    for sentence in wrong:
        say(sentence)
    raise typer.Exit(1 if wrong else 0)
