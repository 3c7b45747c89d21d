"""A program of somebody else's, which uses public names alone: it runs, and mypy --strict reads it.

Each `type: ignore` is a mistake that mypy must find: where it finds none, it calls the comment
unused. So none of these names has lost its types.
"""

from pathlib import Path
from typing import TYPE_CHECKING, assert_type

import numpy as np

import symrnn
from symrnn import Cell, Kernel, Program, Run, Saved, activation, t


def network() -> Program:
    """Cells, and networks made of them."""
    cell = assert_type(symrnn.cell("gru", clip=3.0), Program)
    names = assert_type(symrnn.cell_names("linear"), tuple[str, ...])
    assert "lru" in names and "adjoint" in symrnn.__all__
    both = symrnn.bidirectional(cell, readout=False, merge="sum")
    return assert_type(symrnn.deep(both, layers=2, readout=True), Program)


def own_cell() -> Program:
    """A cell of the caller's own, and its adjoint."""
    with Cell("mine", "A cell of mine") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "memory")
        W, U, b = cell.parameters("W[m,n] U[m,m] b[m]", "of the memory")
        h[t] = activation("tanh")(W @ x[t] + U @ h[t - 1] + b)
    made = assert_type(cell.build("h"), Program)
    assert "W_bar" in assert_type(symrnn.adjoint(made), Program)
    return made


def trained(net: Program) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Forward, backward, and one step of descent."""
    kernel = assert_type(symrnn.compile(net, backend="numpy", dtype=np.float64), Kernel)
    sizes = dict.fromkeys((one.name for one in net.sizes), 2)
    params = {name: np.ones([sizes[axis] for axis in one.axes])
              for name, one in kernel.parameters.items()}
    run = assert_type(kernel.forward(params, np.ones((3, 1, 2)), lengths=[3]), Run)
    gradients = kernel.backward(run, np.ones_like(run.y))
    return {name: array - 0.1 * gradients[name] for name, array in params.items()}


def told(net: Program, folder: Path) -> str:
    """Text, files, and a proof."""
    files = assert_type(symrnn.generate(net, "mine"), dict[str, str])
    assert "mine.c" in files and symrnn.verify(net) == net
    symrnn.save(net, {name: np.ones([2] * len(one.axes)) for name, one in
                      symrnn.compile(net, "numpy").parameters.items()}, folder / "mine.npz")
    found = assert_type(symrnn.load(folder / "mine.npz"), Saved)
    proved = symrnn.compare(found.network, net)
    return assert_type(symrnn.show(net), str) if assert_type(proved.same, bool) else ""


if TYPE_CHECKING:
    symrnn.compile("lstm")  # type: ignore[arg-type]
    symrnn.compile(symrnn.lstm(), threads="two")  # type: ignore[arg-type]
    symrnn.deep(symrnn.gru(), layer=2)  # type: ignore[call-arg]
    symrnn.show(symrnn.gru()).lines()  # type: ignore[attr-defined]
    symrnn.gradient(symrnn.lstm(), 3)  # type: ignore[arg-type]
    symrnn.save(symrnn.lstm(), "lstm.npz")  # type: ignore[call-arg]
    symrnn.with_loss(symrnn.lstm(), symrnn.mean_squared_error)  # type: ignore[arg-type]
    symrnn.nothing()  # type: ignore[attr-defined]
