"""The paths along which a gradient flows: the picture of a step, each line as thick as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from symrnn.diagrams.diagram import Diagram, one_step
from symrnn.diagrams.graph import Edge, Kind, Node
from symrnn.diagrams.picture import Key, Line, Picture
from symrnn.gradients.gradient import Gradient
from symrnn.gradients.values import interpreter
from symrnn.program import Equation, Role
from symrnn.program.interpret import Array, Interpreter

THIN, THICK = 0.8, 5.0  # what the smallest and the largest contribution are drawn as
ROOM, WIDE = 34.0, 330.0  # of the key, below the picture

Sizes = Mapping[tuple[int, str], float]


def flow_of(found: Gradient, arrays: Mapping[str, Array] | None = None) -> Diagram:
    """The data flow of one step with its lines turned round, thickness by measured size.

    Sizes are norms over all steps and samples, at the arrays or at random ones. Raises Misused as
    :func:`~symrnn.gradients.values.interpreter` and ``diagram`` do.
    """
    picture = one_step(found.program)
    sizes, cotangents = _contributions(found, interpreter(found, arrays))
    nodes = [one.node for one in picture.boxes]
    flowing = {one.edge: _size(one.edge, picture, nodes, sizes, cotangents)
               for one in picture.lines}
    largest = max(flowing.values(), default=0.0)
    most = largest or 1.0
    lines = tuple(_turned(one, flowing[one.edge] / most) for one in picture.lines)
    what = "all parameters" if found.wrt is None else found.wrt.name
    keys = _keys(largest, picture.height)
    return Diagram(replace(
        picture, height=picture.height + ROOM, width=max(picture.width, WIDE), keys=keys,
        name=f"{picture.name}-gradient", lines=lines,
        title=f"{found.program.title}: how the gradient of {found.of} flows to {what}",
        description="Lines are as thick as the gradient that flows along them; faint ones carry "
                    "none."))


def _keys(most: float, bottom: float) -> tuple[Key, ...]:
    """What thick, thinner and faint lines are: norms, over all steps and samples."""
    shares = ((1.0, f"norm {most:.3g}"), (0.5, f"{most / 2:.3g}"), (0.0, "none"))
    return tuple(Key(14.0 + 112.0 * place, bottom + ROOM / 2, _thickness(share), words)
                 for place, (share, words) in enumerate(shares))


def _contributions(found: Gradient, run: Interpreter) -> tuple[Sizes, Mapping[str, float]]:
    """The norm of each term by the equation it came through and what receives it.

    A term from outside or from the next step came through none, which is number 0. Before a sum
    may stand an equation of what it adds up: the last one of a value is the whole of it.
    """
    ends = {found.shown[one.lhs].of: one for one in found.shown.equations if one.origins}
    terms = {(equation.lhs, place): replace(equation, lhs=f"{equation.lhs} {place}", rhs=term)
             for equation in ends.values() for place, term in enumerate(equation.terms)}
    whole = _with(run, found, tuple(terms.values()))
    parts: dict[tuple[int, str], Array] = {}
    for equation in ends.values():
        for place, origin in enumerate(equation.origins):
            key, term = (origin.number, origin.target), whole.whole(f"{equation.lhs} {place}")
            parts[key] = parts[key] + term if key in parts else term
    received = {found.shown[one.lhs].of: _norm(run.whole(one.lhs))
                for one in found.shown.equations}
    given = {one.of: _norm(run.whole(one.name)) for one in found.shown.with_role(Role.COTANGENT)}
    return {key: _norm(array) for key, array in parts.items()}, given | received


def _with(run: Interpreter, found: Gradient, terms: tuple[Equation, ...]) -> Interpreter:
    """An interpreter that knows single terms too."""
    program = run.program
    made = tuple(replace(program[one.lhs.rpartition(" ")[0]], name=one.lhs) for one in terms)
    return Interpreter(replace(program, variables=(*program.variables, *made),
                               equations=(*program.equations, *terms)), run.given, run.sizes)


def _norm(array: Array) -> float:
    return float(np.linalg.norm(array))


def _size(edge: Edge, picture: Picture, nodes: list[Node], sizes: Sizes,
          cotangents: Mapping[str, float]) -> float:
    """What flows back along an edge: a contribution, or that of the value behind it."""
    target = nodes[edge.target]
    if target.kind in (Kind.AFTER, Kind.OUTPUT):
        return sizes.get((0, target.value), 0.0) or cotangents.get(target.value, 0.0) * (
            target.kind is Kind.OUTPUT)
    if edge.value and (edge.equation, edge.value) in sizes:
        return sizes[edge.equation, edge.value]
    if edge.value and edge.value in cotangents:
        return cotangents[edge.value]
    if target.value:
        return 0.0 if edge.value else cotangents.get(target.value, 0.0)
    behind = [one.edge for one in picture.lines if one.edge.source == edge.target]
    return max((_size(one, picture, nodes, sizes, cotangents) for one in behind), default=0.0)


def _turned(line: Line, share: float) -> Line:
    """A line from where it led to where it came from."""
    return replace(line, points=line.points[::-1], edge=replace(line.edge, negative=False),
                   thickness=_thickness(share))


def _thickness(share: float) -> float:
    """How thick a share of the largest contribution is drawn."""
    return THIN + (THICK - THIN) * share if share else 0.0
