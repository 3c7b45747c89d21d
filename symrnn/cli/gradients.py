"""``symrnn grad``: derived gradients, their closed forms, Jacobians, paths and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from symrnn.cli.commands import CellName, FormatOption
from symrnn.cli.terminal import say
from symrnn.targets import STYLES

if TYPE_CHECKING:
    from symrnn.gradients.told import Told
    from symrnn.program import Program

Pair = Annotated[tuple[str, str] | None, typer.Option(
    metavar="h_t h_{t-1}", help="How one symbol of a step depends on what the step is given.")]

Loss = Annotated[str | None, typer.Option(
    metavar="LOSS", help="Of this loss of the outputs, such as mean_squared_error, in place of any "
                         "loss.")]


def grad(cell: CellName,
         wrt: Annotated[str | None, typer.Option(
             metavar="NAME", help="The parameter, input (x) or initial state (initial.h).")] = None,
         of: Annotated[str | None, typer.Option(
             metavar="L|h_t|c_t", help="Only through this output or state, or final.c.")] = None,
         steps: Annotated[bool, typer.Option(
             "--steps", help="Tell for each term its rule, derivative and equation.")] = False,
         closed: Annotated[bool, typer.Option(
             "--closed", help="One formula, intermediate values put in.")] = False,
         unroll: Annotated[int | None, typer.Option(
             metavar="STEPS", help="The sum over paths through so many steps.")] = None,
         jacobian: Pair = None,
         hessian: Annotated[str | None, typer.Option(
             metavar="W_f,W_f",
             help="A second derivative, of a loss linear in the outputs, or of --loss.")] = None,
         graph: Annotated[str | None, typer.Option(
             metavar="FILE.svg", help="Draw the paths of the gradient, as thick as it is; .tex: "
                                      "TikZ.")] = None,
         at: Annotated[str | None, typer.Option(
             metavar="FILE.npz", help="Numbers beside the symbols, from arrays by name.")] = None,
         loss: Loss = None,
         format: FormatOption = STYLES[0]) -> None:
    """Show the derived equations that lead to a gradient, then the one formula over time.

    Examples: `symrnn grad lstm --wrt W_f`, `symrnn grad gru --wrt U_n --of final.h --steps`,
    `symrnn grad lstm --wrt W_f --closed`, `symrnn grad gru --jacobian h_t h_{t-1}`,
    `symrnn grad elman --hessian U,U --loss mean_squared_error`, `symrnn grad elman --wrt U
    --unroll 3`, `symrnn grad lstm --wrt W_f --graph paths.svg`.
    """
    from symrnn import workflow
    from symrnn.gradients import gradient

    _check({"--steps": steps, "--closed": closed, "--unroll": unroll is not None,
            "--jacobian": jacobian is not None, "--hessian": hessian is not None,
            "--graph": graph is not None}, bool(wrt or of), at is not None)
    program = workflow.judged(cell, loss)
    if jacobian or hessian is not None:
        say(_second(program, jacobian, hessian or "").text(format))
        return
    found = gradient(program, wrt, of or "L")
    if graph is not None:
        _refuse_format(format)
        say(f"{workflow.draw_gradient(found, at, graph)} is written")
        return
    if at is not None:
        found = workflow.measured(found, at)
    shown: Told = found.closed if closed else found.steps if steps else found
    if unroll is not None:
        shown = found.unrolled(unroll)
    say(shown.text(format))


def _refuse_format(format: str) -> None:
    """Refuse a picture in a format of formulas. Raises Misused."""
    from symrnn.program import Misused

    if format != STYLES[0]:
        raise Misused("--graph writes a picture, whose kind its ending tells: .svg, or .tex for "
                      "TikZ; it goes without --format")


def _check(chosen: dict[str, bool], named: bool, numbers: bool) -> None:
    """Refuse options that show different things. Raises Misused."""
    from symrnn.program import Misused

    views = [name for name, wanted in chosen.items() if wanted]
    if len(views) > 1:
        raise Misused(f"{' and '.join(views)} show different things; take one of them")
    second = chosen["--jacobian"] or chosen["--hessian"]
    if named and second:
        raise Misused(f"{views[0]} names what it is of and by itself, so it goes without --wrt "
                      f"and --of")
    if numbers and (second or chosen["--unroll"]):
        raise Misused(f"--at shows numbers beside the equations of a gradient; it does not go with "
                      f"{views[0]}")


def _second(program: Program, jacobian: tuple[str, str] | None, hessian: str) -> Told:
    """A Jacobian, or else the Hessian of two names between a comma."""
    from symrnn.gradients import gradient
    from symrnn.program import Misused, quoted

    if jacobian:
        return gradient(program).jacobian(*jacobian)
    wrt, comma, by = hessian.partition(",")
    if not (wrt.strip() and comma and by.strip()):
        raise Misused(f"--hessian takes two names and a comma, W_f,W_f; it was given "
                      f"{quoted(hessian)}")
    return gradient(program, wrt.strip()).hessian(by.strip())
