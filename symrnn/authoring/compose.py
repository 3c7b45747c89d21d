"""Networks out of cells: stacks, two directions, readouts. Programs in, programs out.

Nothing here writes an equation of a cell; a readout and a concatenation are small
programs of their own, and joining two programs is renaming.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain as chain_of
from itertools import count
from operator import index

from sympy import Expr, Integer, Mul, Rational

from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import LETTERS, Term, t
from symrnn.program import (ActivationChoice, Ein, Equation, Glyph, Program, ProgramError, Role,
                            Size, SizeSymbol, Span, Variable, activation, add, chain, final_name,
                            finished, free_name, initial_name, last_number, local, multiply,
                            of_network, quoted, renamed, reverse, settled)
from symrnn.program import merge as side_by_side

# How outputs of two directions become one of their size, and the word for it.
MERGES: dict[str, tuple[Callable[[Expr, Expr], Expr], str]] = {
    "sum": (lambda f, b: add([f, b]), "summed"),
    "mul": (lambda f, b: multiply([f, b]), "multiplied"),
    "average": (lambda f, b: Mul(Rational(1, 2), add([f, b]), evaluate=False), "averaged"),
}
ARROWS = {"forward": "overrightarrow", "backward": "overleftarrow"}


@of_network
def deep(cell: Program, layers: int, readout: bool = False,
         output_activation: ActivationChoice = "linear") -> Program:
    """A stack of ``layers`` copies of a cell, each with a memory and sizes of its own.

    Names carry the layer: ``layer1.W_i``, state ``layer1.h``. A layer is fed by the one
    below; further inputs, such as a mask, are shared by all. With ``readout`` the top layer
    goes through ``V``, ``b_y`` and ``output_activation``. Raises ProgramError for fewer than
    one layer.
    """
    if isinstance(layers, bool) or not hasattr(layers, "__index__") or layers < 1:
        raise ProgramError(f"deep({cell.name}): layers is {quoted(layers)}; a network has a whole "
                           "number of them, at least one")
    layers = index(layers)
    network = replace(_one_above_the_other([cell] * layers), name=f"deep_{cell.name}",
                      title=f"{cell.title}, {layers} layer{'s' * (layers > 1)}")
    return attach_readout(network, output_activation) if readout else finished(network)


def stack(cells: Sequence[Program]) -> Program:
    """Cells one above the other, each fed by the one below, with the names of :func:`deep`."""
    network = _one_above_the_other(cells)
    names = dict.fromkeys(one.name for one in cells)
    titles = dict.fromkeys(one.title for one in cells)
    return finished(replace(network, name="deep_" + "_".join(names), title=f"{', '.join(titles)}, "
                            f"{len(cells)} layer{'s' * (len(cells) > 1)}"))


def _one_above_the_other(cells: Sequence[Program]) -> Program:
    network, *others = (_layer(cell, number) for number, cell in enumerate(cells, 1))
    for one in others:
        network = chain(network, one)
    return network


@of_network
def bidirectional(cell: Program, readout: bool = True,
                  output_activation: ActivationChoice = "linear",
                  merge: str = "concat") -> Program:
    """Two recurrences over the same inputs, one forward and one reverse in time.

    Names carry the direction: ``forward.W_i``, state ``backward.h``. ``merge`` joins both
    outputs: ``"concat"`` one behind the other, forward first, as in Schuster and Paliwal 1997,
    ``"sum"`` ``h_f + h_b``, ``"mul"`` ``h_f h_b``, ``"average"`` ``(h_f + h_b) / 2``. With
    ``readout`` an output layer reads what is joined, ``y = psi(V h + b_y)``, a concatenation
    by two matrices, ``y = psi(V_f h_f + V_b h_b + b_y)``. Raises ValueError for another word.
    """
    if merge not in ("concat", *MERGES):
        raise ValueError(f"merge is {merge!r}; it is one of concat, {', '.join(MERGES)}")
    forward = _direction(cell, "forward")
    backward = _direction(reverse(cell), "backward")
    both = side_by_side(forward, backward)
    both = replace(both, name=f"bidirectional_{cell.name}", title=f"{cell.title}, bidirectional",
                   outputs=(*forward.outputs, *backward.outputs))
    if merge == "concat":
        return attach_readout(both, output_activation) if readout else concatenate(both)
    joined = _joined(both, merge, len(cell.outputs))
    return attach_readout(joined, output_activation) if readout else joined


@of_network
def readout(network: Program, output_activation: ActivationChoice = "linear") -> Program:
    """Any network with an output layer ``y = psi(V h + b_y)`` on top.

    ``V`` is a matrix [p, m], ``b_y`` a vector [p]; where the network has one of these names
    already, the new one gets a number: ``V_2``. Raises ValueError for an unknown activation,
    ProgramError for what is no network.
    """
    return attach_readout(network, output_activation)


def attach_readout(network: Program, output_activation: ActivationChoice) -> Program:
    """An affine layer over all outputs of the network, then an activation."""
    if "y" in network.outputs and "h" not in network:
        network = _hidden(network)
    outputs = [network[name] for name in network.outputs]
    p = _new_size(network, "p")
    names = ["V"] if len(outputs) == 1 else [f"V_{tag}" for tag in _tags(outputs)]
    *names, bias, sum_, output = (free_name(network, one) for one in (*names, "b_y", "a_y", "y"))
    with Cell("readout", "output layer") as cell:
        inputs = [cell.input(f"{free_name(network, f'in{k}')}[{','.join(one.axes)}]", one.meaning)
                  for k, one in enumerate(outputs)]
        weights = [cell.parameter(f"{name}[{','.join((p, *one.axes))}]", "weights of the output")
                   for name, one in zip(names, outputs, strict=True)]
        b_y = cell.parameter(f"{bias}[{p}]", "bias of the output")
        a_y = cell.symbol(f"{sum_}[{p}]", "pre-activation of the output")
        y = cell.symbol(f"{output}[{p}]", "output")
        products = [_all_entries(cell, V, one[t]) for V, one in zip(weights, inputs, strict=True)]
        a_y[t] = add([*products, b_y])
        y[t] = activation(output_activation)(a_y[t])
    return chain(network, cell.build(output))


def _all_entries(cell: Cell, V: Term, output: Term) -> Ein:
    """``V @ h``, over all axes where ``h`` has several: an image, heads."""
    entries = LETTERS[1:len(V.axes)]
    return cell.contract(f"{LETTERS[0]}{entries},{entries}->{LETTERS[0]}", V, output)


def _hidden(network: Program) -> Program:
    """A concatenation under an output layer is a hidden layer: its ``y`` becomes ``h``."""
    hidden = network.replacing([replace(network["y"], glyph=Glyph.named("h"))])
    return renamed(hidden, {"y": "h"}, {})


def concatenate(network: Program) -> Program:
    """The outputs of the network one behind the other along their first axes, as ``y``."""
    outputs = [network[name] for name in network.outputs]
    widths = [SizeSymbol(one.axes[0]) for one in outputs]
    q = _new_size(network, "q")
    total = Size(q, Glyph.named(q), "entries of the concatenated output",
                 sum(widths[1:], widths[0]))
    selectors = [
        Variable(free_name(network, f"E_{tag}"), (q, one.axes[0]), Role.SELECTOR,
                 Glyph.named(f"E_{tag}"),
                 f"places {one.name} into the concatenation", Span.CONSTANT,
                 offset=sum(widths[:place], Integer(0)))
        for place, (tag, one) in enumerate(zip(_tags(outputs), outputs, strict=True))]
    y = Variable(free_name(network, "y"), (q, *outputs[0].axes[1:]), Role.OUTPUT, Glyph.named("y"),
                 "outputs of both directions, concatenated")
    whole, part, rest = LETTERS[0], LETTERS[1], LETTERS[2:len(y.axes) + 1]
    rhs = add([Ein(f"{whole}{part},{part}{rest}->{whole}{rest}", E.symbol, one.symbol)
               for E, one in zip(selectors, outputs, strict=True)])
    equation = Equation(y.name, rhs, last_number(network) + 1)
    return finished(replace(
        network, sizes=(*network.sizes, total), outputs=(y.name,),
        variables=(*settled(network), *selectors, y), equations=(*network.equations, equation)))


def _joined(network: Program, merge: str, count: int) -> Program:
    """The outputs of both directions as one, ``y``, or as many as the cell has, ``y_h``."""
    rule, word = MERGES[merge]
    pairs = [[network[name] for name in pair]
             for pair in zip(network.outputs[:count], network.outputs[count:], strict=True)]
    variables, equations = [], []
    for number, pair in enumerate(pairs, last_number(network) + 1):
        name = "y" if count == 1 else f"y_{local(pair[0].name)[1]}"
        own = free_name(network, name)
        variables.append(Variable(own, pair[0].axes, Role.OUTPUT, Glyph.named(name),
                                  f"outputs of both directions, {word}"))
        equations.append(Equation(own, rule(*(one.symbol for one in pair)), number))
    return finished(replace(
        network, outputs=tuple(one.name for one in variables),
        variables=(*settled(network), *variables), equations=(*network.equations, *equations)))


def _new_size(network: Program, letter: str) -> str:
    """A name that no size has yet: ``p``, else ``p_y``, ``p_y2`` and so on."""
    taken = {one.name for one in network.sizes}
    names = chain_of((letter, f"{letter}_y"), (f"{letter}_y{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def _layer(cell: Program, number: int) -> Program:
    """One copy of the cell as layer ``number``; the first one keeps the network's input."""
    cell = _own_memory(cell)
    inputs = cell.with_role(Role.INPUT)
    kept = {one.name for one in (inputs if number == 1 else inputs[len(cell.outputs):])}
    shared = {axis for name in kept for axis in cell[name].axes}
    own = [one for one in cell.variables if one.name not in kept]
    cell = cell.replacing(
        replace(one, glyph=replace(one.glyph, sup=(*one.glyph.sup, Glyph.marks(f"({number})"))),
                meaning=f"{one.meaning}, layer {number}") for one in own)
    sizes = {one.name: free_name(shared, f"{one.name}_{number}", f"{one.name}_layer{number}")
             for one in cell.sizes if one.name not in shared}
    return renamed(cell, _prefixed(cell, f"layer{number}.", kept), sizes)


def _direction(cell: Program, direction: str) -> Program:
    """The cell as one of two directions over the same input."""
    cell = _own_memory(cell)
    kept = {one.name for one in cell.with_role(Role.INPUT)}
    own = [one for one in cell.variables if one.name not in kept]
    cell = cell.replacing(
        replace(one, glyph=replace(one.glyph, accents=(*one.glyph.accents, ARROWS[direction])),
                meaning=f"{one.meaning}, {direction}") for one in own)
    return renamed(cell, _prefixed(cell, f"{direction}.", kept), {})


def _own_memory(cell: Program) -> Program:
    """The cell with a copy of each input that it remembers, since inputs are shared or fed."""
    delays, number = list(cell.delays), last_number(cell)
    for place, delay in enumerate(delays):
        source = cell[delay.source]
        if source.role is Role.INPUT:
            copy = replace(source, name=free_name(cell, f"{source.name}_seen"), role=Role.STATE)
            number, delays[place] = number + 1, replace(delay, source=copy.name)
            cell = replace(cell, variables=(*cell.variables, copy), delays=tuple(delays),
                           equations=(*cell.equations, Equation(copy.name, source.symbol, number)))
    return cell


def _prefixed(cell: Program, prefix: str, kept: Iterable[str]) -> dict[str, str]:
    """New names for all but the kept variables; ``initial.h`` becomes ``initial.layer1.h``."""
    names = {one.name: prefix + one.name for one in cell.variables if one.name not in kept}
    for delay in cell.delays:
        state = prefix + delay.state
        names[delay.initial], names[delay.final] = initial_name(state), final_name(state)
    return names


def _tags(outputs: Sequence[Variable]) -> list[str]:
    """``f`` and ``b`` for the outputs of the two directions; ``f_h`` where each has several."""
    parts = [one.name.rpartition(".") for one in outputs]
    short = [(prefix or name)[:1] for prefix, _, name in parts]
    if len(set(short)) == len(short):
        return short
    return [f"{prefix[:1]}_{name}" if prefix else name for prefix, _, name in parts]
