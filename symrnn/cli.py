"""The command line: list, show, grad, generate, check, compare, new, bench."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from symrnn import catalogue, presentation, workflow
from symrnn.bench.timing import Rules
from symrnn.cells import architectures
from symrnn.program import quoted

HELP = """Write a recurrent cell's equations once; get its paper, its gradients and its kernels.

\b
Examples:
    symrnn list
    symrnn show lstm
    symrnn grad lstm --wrt W_f
    symrnn generate --output generated
    symrnn check
    symrnn compare pytorch-gru onnx-gru
    symrnn new my
    symrnn show my.cell
    symrnn bench lstm --kind step --m 64
"""

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None,
                  pretty_exceptions_enable=False)


class Format(StrEnum):
    """How equations are shown."""

    unicode = "unicode"
    latex = "latex"
    json = "json"


CellName = Annotated[str, typer.Argument(
    metavar="CELL", help="A name that `symrnn list` shows, or a file: my.cell.")]
CellNames = Annotated[list[str] | None, typer.Argument(
    metavar="[CELL...]", help="Names that `symrnn list` shows, or files; all without any.")]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="DIR",
                                      help="The folder of the generated files.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print it.")]


def console() -> Console:
    """Standard output; lines are never broken by markup and never cut."""
    return Console(highlight=False, markup=False, soft_wrap=True)


def progress_bar() -> Progress:
    """A bar on standard error, where somebody is looking."""
    return Progress(console=Console(stderr=True), disable=not sys.stderr.isatty())


def print_version(wanted: bool) -> None:
    """The version alone, where it is asked for."""
    if wanted:
        console().print(f"symrnn {metadata.version('symrnn')}")
        raise typer.Exit


@app.callback(help=HELP)
def common(version: Annotated[bool, typer.Option(
        "--version", help="Print the version.", callback=print_version, is_eager=True)] = False,
           ) -> None:
    """What all commands have in common."""


@app.command("list")
def list_cells() -> None:
    """List the architectures: each name and what it is."""
    known = architectures()
    width = max(len(one.name) for one in known)
    for one in known:
        console().print(f"{one.name.ljust(width)}  {one.build().title}")
    console().print(f'\n{len(known)} in all; in Python: symrnn.cell("NAME")')


@app.command()
def show(cell: CellName, format: FormatOption = Format.unicode,
         schedule: Annotated[bool, typer.Option(
             "--schedule", help="Show the loops over time instead.")] = False) -> None:
    """Show a cell: its symbols and its numbered equations.

    Examples: `symrnn show gru`, `symrnn show lstm --format latex`.
    """
    program = workflow.network(cell)
    text = (presentation.schedule_text(program) if schedule
            else presentation.SHOW[format.value](program))
    console().print(text)


@app.command()
def grad(cell: CellName,
         wrt: Annotated[str | None, typer.Option(
             metavar="NAME", help="The parameter, input (x) or initial state (initial.h).")] = None,
         of: Annotated[str | None, typer.Option(
             metavar="NAME", help="Only through this output or final state (final.c).")] = None,
         steps: Annotated[bool, typer.Option(
             "--steps", help="Tell for each term which rule and which equation it comes from.",
         )] = False,
         state_jacobian: Annotated[bool, typer.Option(
             "--state-jacobian", help="How new states depend on old ones, instead.")] = False,
         format: FormatOption = Format.unicode) -> None:
    """Show the derived equations that lead to a gradient, then the one formula over time.

    Examples: `symrnn grad lstm --wrt W_f`, `symrnn grad gru --wrt U_n --of final.h --steps`,
    `symrnn grad gru --state-jacobian`.
    """
    program = workflow.network(cell)
    if state_jacobian:
        console().print(presentation.jacobian_text(program))
        return
    console().print(presentation.gradient_text(program, wrt, of, steps, format.value))


@app.command()
def generate(cells: CellNames = None, output: Output = Path("generated")) -> None:
    """Generate documents and kernels (LaTeX, NumPy, C): one folder for each architecture.

    Examples: `symrnn generate`, `symrnn generate lstm gru --output build`.
    """
    chosen = workflow.chosen(cells or [])
    with progress_bar() as progress:
        task = progress.add_task("Generating", total=len(chosen))
        written = 0
        for one in chosen:
            progress.update(task, description=f"Generating {one.name}")
            written += workflow.write(one, output)
            progress.advance(task)
    console().print(f"{written} files of {counted(len(chosen))} in {output}")


@app.command()
def check(cells: CellNames = None, output: Output = Path("generated")) -> None:
    """Regenerate in memory, compare with the files, then run every kernel on numbers.

    Fails with a unified diff where a file drifted, and names what is missing or stale.
    Examples: `symrnn check`, `symrnn check lstm --output build`.
    """
    chosen, failures = workflow.chosen(cells or []), 0
    for one in workflow.drifted(chosen, output):
        console().print(one.report)
        failures += 1
    with progress_bar() as progress:
        task = progress.add_task("Checking", total=len(chosen) * len(workflow.KERNELS))
        for architecture, messages in workflow.numeric_failures(chosen):
            progress.update(task, description=f"Checking {architecture.name}")
            for message in messages:
                console().print(message)
            failures += len(messages)
            progress.advance(task)
    if failures:
        console().print(f"check failed: {failures} finding{'s' * (failures > 1)}")
        raise typer.Exit(1)
    console().print(f"{counted(len(chosen))}: files as generated, kernels right")


Compared = Annotated[str, typer.Argument(
    metavar="CELL", help="A name, a file, or a convention such as keras-gru:reset_after=False.")]


@app.command()
def compare(a: Compared, b: Compared) -> None:
    r"""Prove that two cells or conventions are one function, or show where they differ.

    \b
    Conventions are those of PyTorch, Keras, ONNX and cuDNN: pytorch-gru, onnx-lstm, ...
    Exit code 0: the same. 1: different. 3: neither proven nor refuted.

    Examples: `symrnn compare pytorch-gru onnx-gru:linear_before_reset=1`,
    `symrnn compare lstm my.cell`.
    """
    found, code = workflow.compared(a, b)
    console().print(str(found))
    raise typer.Exit(code)


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the cell.")]) -> None:
    """Write NAME.cell: a small cell as a text file, with comments. It works at once.

    Examples: `symrnn new my`, then `symrnn show my.cell`.
    """
    path = catalogue.new(name)
    console().print(f"{path} is written; read it, then: symrnn show {path}")


class Kind(StrEnum):
    """What is asked of a cell in a race."""

    step = "step"
    sequence = "sequence"
    training = "training"


KindOption = Annotated[list[Kind] | None, typer.Option("--kind", help="What is timed.")]
SizeOption = Annotated[list[int] | None, typer.Option(min=1, help="Only this size; repeatable.")]
FileOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write this file too.")]


@app.command()
def bench(cells: Annotated[list[str] | None, typer.Argument(
              metavar="[CELL...]", help="Names or files; all goals without any.")] = None,
          kind: KindOption = None, m: SizeOption = None, batch: SizeOption = None,
          steps: SizeOption = None, threads: SizeOption = None,
          rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds.")] = Rules.rounds,
          json: FileOption = None, plot: FileOption = None, results: FileOption = None,
          quick: Annotated[bool, typer.Option(
              "--quick", help="Every workload once at a small size; times mean nothing.")] = False,
          every: Annotated[bool, typer.Option(
              "--every", help="Show the time and the error of every contender.")] = False,
          scaling: Annotated[bool, typer.Option(
              "--scaling", help="Time and memory of symrnn alone against T, B and m.")] = False,
          ) -> None:
    """Race symrnn against PyTorch, ONNX Runtime, JAX and OpenVINO: `pip install "symrnn[bench]"`.

    All must compute the same numbers first. The goals that fit the options are raced; where
    none fits, the sizes that were asked for. Examples: `symrnn bench`,
    `symrnn bench lstm --kind step --m 64 --batch 1 --rounds 50`, `symrnn bench my.cell --scaling`.
    """
    from symrnn.bench import command  # loads what no other command needs

    asked = command.Asked(
        tuple(cells or ()), tuple(kind or ()), tuple(m or ()), tuple(batch or ()),
        tuple(steps or ()), tuple(threads or ()), rounds, quick, every)
    files = command.Files(json, plot, results)
    with progress_bar() as progress:
        task = progress.add_task("Racing", total=None)

        def told(number: int, total: int) -> None:
            progress.update(task, completed=number, total=total)

        run = command.scaling if scaling else command.race
        answer = run(asked, files, told)
    for head, body in answer.tables:
        print_table(head, body)
    for sentence_ in answer.remarks:
        console().print(sentence_)
    raise typer.Exit(answer.exit_code)


def print_table(head: Sequence[str], body: Iterable[Sequence[str]]) -> None:
    """Rows with a head, each on one line even where the screen is narrow."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in head:
        made.add_column(name, no_wrap=True)
    for row in body:
        made.add_row(*row)
    wide = Console(highlight=False, markup=False, width=200)
    wide.width = max(console().width, wide.measure(made).maximum)
    wide.print(made)


def counted(number: int) -> str:
    """``1 architecture``, ``2 architectures``."""
    return f"{number} architecture{'s' * (number != 1)}"


def main() -> None:
    """Run the command line; an error is one sentence and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may lack the letters of formulas
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="symrnn")
    except workflow.MISTAKES as error:
        print(f"symrnn: {sentence(error)}", file=sys.stderr)
        raise SystemExit(2) from None


def sentence(error: Exception) -> str:
    """What went wrong, and how to mend it."""
    if isinstance(error, OSError):
        return f"{quoted(error.filename)}: {error.strerror}; choose another folder with --output"
    return str(error)
