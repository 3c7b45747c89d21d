"""The commands list, show, generate, check, compare and new.

Each loads what it needs when it is called, so that help and list need not wait for SymPy.
"""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn import titles
from symrnn.cli import choices, completion, listing
from symrnn.cli.terminal import say, waiting
from symrnn.targets import PRINTED, STYLES

HELP = """Write a recurrent cell's equations once; get its paper, its gradients and its kernels.

\b
Examples:
    symrnn list
    symrnn list --tag linear
    symrnn show lstm
    symrnn grad lstm --wrt W_f
    symrnn generate --output generated
    symrnn check
    symrnn compare pytorch-gru onnx-gru
    symrnn new my
    symrnn show my.cell
    symrnn bench lstm --kind step --m 64
"""

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


CellName = Annotated[str, typer.Argument(
    metavar="CELL", help="A name that `symrnn list` shows, or a file: my.cell.",
    autocompletion=completion.cells)]
CellNames = Annotated[list[str] | None, typer.Argument(
    metavar="CELL", help="Names that `symrnn list` shows, or files; all without any.",
    autocompletion=completion.cells)]
Output = Annotated[str, typer.Option("--output", "-o", metavar="DIR",
                                     help="The folder of the generated files.")]
FormatOption = Annotated[str, choices.option(
    "format", STYLES, "--format", "-f", help="How to print it.")]


def print_version(wanted: bool) -> None:
    """The version alone, where it is asked for."""
    if wanted:
        from importlib import metadata

        say(f"symrnn {metadata.version('symrnn')}")
        raise typer.Exit


@app.callback(help=HELP)
def common(version: Annotated[bool, typer.Option(
        "--version", help="Print the version.", callback=print_version, is_eager=True)] = False,
           ) -> None:
    """What all commands have in common."""


@app.command("list", short_help="List architectures, all or some of them.")
def list_cells(word: Annotated[str, typer.Argument(
                   metavar="WORD", show_default=False, autocompletion=completion.tags,
                   help="What stands in a name, a title or a tag.")] = "",
               tag: Annotated[list[str] | None, listing.tag_option()] = None,
               tags: Annotated[bool, typer.Option(
                   "--tags", help="Tell what each tag means instead.")] = False) -> None:
    """List the architectures: each name and what it is.

    Examples: `symrnn list`, `symrnn list highway`, `symrnn list --tag linear --tag matrix`.
    """
    known = titles.listed()
    found = listing.chosen(known, word, tag or ())
    say(listing.meanings(found) if tags and found
        else listing.cells(found, len(known), word, tag or ()))


@app.command("help", short_help="Explain a topic: the language of cell files.")
def explain(topic: Annotated[str, typer.Argument(
        metavar="TOPIC", help="language: every construct of a cell file.")] = "") -> None:
    """Explain a topic: `language` is every construct of a cell file, and the same in Python.

    Example: `symrnn help language`.
    """
    if not topic:
        say("symrnn help language    every construct of a cell file, and the same in Python\n"
            "symrnn COMMAND --help   what a command does, and its options")
        return
    if topic != "language":
        raise typer.BadParameter(f"there is no topic {topic!r}; there is language",
                                 param_hint="TOPIC")
    from symrnn.cellfile.functions import FUNCTIONS
    from symrnn.cellfile.reference import page

    say(page(tuple(sorted(FUNCTIONS))))


@app.command(short_help="Show a cell: its symbols and its equations.")
def show(cell: CellName, format: FormatOption = STYLES[0],
         schedule: Annotated[bool, typer.Option(
             "--schedule", help="Show the loops over time instead.")] = False,
         graph: Annotated[str, typer.Option(
             metavar="FILE.svg",
             help="Draw the data flow of one step into a file; TikZ into FILE.tex.")] = "",
         unroll: Annotated[int, typer.Option(
             metavar="STEPS", help="With --graph, draw the network over so many steps.")] = 0,
         cost: Annotated[bool, typer.Option(
             "--cost", help="Show what a step costs, as formulas in the sizes.")] = False,
         fix: Annotated[str, typer.Option(
             metavar="n=1,m=32", help="With --cost, sizes to show as numbers too.")] = "") -> None:
    """Show a cell: its symbols and its numbered equations.

    Examples: `symrnn show gru`, `symrnn show lstm --format latex`,
    `symrnn show lstm --graph lstm.svg`, `symrnn show deep_rnn --graph deep.svg --unroll 3`,
    `symrnn show lstm --cost --fix n=1,m=32`.
    """
    from symrnn import presentation, workflow
    from symrnn.presentation import schedules
    from symrnn.presentation.costs import cost_text
    from symrnn.program import Misused

    if schedule + cost + bool(graph) > 1:
        raise Misused("--schedule, --cost and --graph show different things; take one of them")
    if (unroll and not graph) or (fix and not cost):
        raise Misused("--unroll goes with --graph FILE.svg, and --fix with --cost")
    program = workflow.network(cell)
    if graph:
        say(f"{workflow.draw(program, unroll, graph)} is written")
    elif cost:
        say(cost_text(program, format, fix))
    else:
        say((schedules.schedule if schedule else presentation.show)(program, format))


@app.command(short_help="Write documents and kernels of networks.", help=f"""
    Generate documents and kernels: one folder for each architecture.

    A folder holds {", ".join(one.title for one in PRINTED)}. Files that symrnn did not generate
    are never written over: then it writes nothing.

    Examples: `symrnn generate`, `symrnn generate lstm gru --output build`.
    """)
def generate(cells: CellNames = None, output: Output = "generated") -> None:
    """Generate documents and kernels."""
    from symrnn import workflow

    folder, chosen = workflow.folder(output), workflow.chosen(cells or [])
    files: dict[str, str] = {}
    with waiting("Generating") as told:
        for done, architecture in enumerate(chosen):
            told(done, architecture.name, len(chosen))
            files |= workflow.files_of(architecture, folder)
    workflow.write(files, folder)
    say(f"{len(files)} files of {counted(len(chosen))} in {folder}")


@app.command(short_help="Compare the files, and verify every kernel.")
def check(cells: CellNames = None, output: Output = "generated") -> None:
    """Regenerate in memory, compare with the files, then run every kernel on numbers.

    Tells by a unified diff where a file drifted, and names what is missing or stale; the exit code
    is then 1.

    Examples: `symrnn check`, `symrnn check lstm --output build`.
    """
    from symrnn import workflow

    folder, chosen = workflow.folder(output), workflow.chosen(cells or [])
    with waiting("Comparing files"):
        drifted = workflow.drifted(chosen, folder)
    for one in drifted:
        say(one.report)
    failures = len(drifted)
    with waiting("Checking") as told:
        for done, (architecture, messages) in enumerate(workflow.numeric_failures(chosen), 1):
            told(done, architecture.name, len(chosen) * len(workflow.KERNELS))
            for message in messages:
                say(message)
            failures += len(messages)
    if failures:
        say(f"check failed: {failures} finding{'s' * (failures > 1)}")
        raise typer.Exit(1)
    say(f"{counted(len(chosen))}: files as generated, kernels right")


First = Annotated[str, typer.Argument(
    metavar="A", help="A name, a file, or a convention: keras-gru:reset_after=False.",
    autocompletion=completion.compared)]
Second = Annotated[str, typer.Argument(
    metavar="B", help="What it is compared with, likewise.", autocompletion=completion.compared)]


@app.command(short_help="Tell whether two cells are one function.")
def compare(a: First, b: Second) -> None:
    """Prove that two cells or conventions are one function, or show where they differ.

    Conventions are those of PyTorch, Keras, ONNX and cuDNN: pytorch-gru, onnx-lstm, ...

    The exit code is 0 for the same, 1 for different, 3 where neither is proved.

    Examples: `symrnn compare pytorch-gru onnx-gru:linear_before_reset=1`,
    `symrnn compare lstm my.cell`.
    """
    from symrnn import workflow

    found, code = workflow.compared(a, b)
    say(str(found))
    raise typer.Exit(code)


@app.command(short_help="Write NAME.cell, a small cell to start from.")
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the cell.")]) -> None:
    """Write NAME.cell: a small cell as a text file, with comments. It works at once.

    Examples: `symrnn new my`, then `symrnn show my.cell`.
    """
    from symrnn import catalogue

    path = catalogue.new(name)
    say(f"{path} is written; read it, then: symrnn show {path}")


def counted(number: int) -> str:
    """``1 architecture``, ``2 architectures``."""
    return f"{number} architecture{'s' * (number != 1)}"
