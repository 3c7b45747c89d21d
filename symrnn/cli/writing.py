"""``symrnn docs``: the pages of networks, in some languages."""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn.cli import choices
from symrnn.cli.commands import CellNames, counted
from symrnn.cli.terminal import say, waiting
from symrnn.targets import LANGUAGES, PAGES

Output = Annotated[str, typer.Option("--output", "-o", metavar="DIR",
                                     help="The folder of the pages.")]
Format = Annotated[str, choices.option("format", PAGES, "--format", "-f", help="What to write.")]
Languages = Annotated[list[str] | None, choices.option(
    "language", LANGUAGES, "--lang", help="Only this language; repeatable.")]
Certificates = Annotated[str | None, typer.Option(
    "--certificates", metavar="DIR", help="A folder of what `verify` wrote, to be shown.")]


def docs(cells: CellNames = None, output: Output = "site", format: Format = PAGES[0],
         lang: Languages = None, certificates: Certificates = None,
         show: Annotated[bool, typer.Option(
             "--open", help="Show them in a browser.")] = False) -> None:
    """Write a page for each network: equations, their derivation, code, examples, accuracy.

    Pages need no server and no network: open index.html. Writing them needs
    `pip install "symrnn[docs]"`, PDF too, and no TeX. LaTeX comes with its references beside it.
    Without CELL it is the whole site: also the guide, and the reference of commands, of Python
    and of recipes. With --certificates pages show what `symrnn verify` found of each network.
    Files that symrnn did not generate are never written over.

    Examples: `symrnn docs`, `symrnn docs lstm --format pdf`,
    `symrnn docs lstm my.cell --output build --lang zh-TW --open`.
    """
    from symrnn import workflow
    from symrnn.cli.reference import command_line  # reads all commands, this one among them

    folder, chosen = workflow.folder(output), workflow.chosen(cells or [])
    files: dict[str, str | bytes] = {}
    found = None if certificates is None else workflow.folder(certificates)
    commands = None if cells else command_line()
    with waiting("Writing pages") as told:
        told(0, "", len(chosen))
        for done, (name, own) in enumerate(
                workflow.pages(chosen, lang or LANGUAGES, format, commands, found), 1):
            told(done, name, len(chosen))
            files |= own
    start = workflow.write_pages(files, folder)
    say(f"{len(files)} file{'s' * (len(files) != 1)} of {counted(len(chosen))}; read {start}")
    if show:
        typer.launch(str(start))
