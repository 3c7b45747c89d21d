"""Networks out of cells: stacks, two directions, readouts. Programs in, programs out.

Nothing here writes an equation of a cell; a readout and a concatenation are small
programs of their own, and joining two programs is renaming.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain as chain_of
from itertools import count
from operator import index

from sympy import Integer

from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import t
from symrnn.program import (ActivationChoice, Ein, Equation, Glyph, Program, ProgramError, Role,
                            Size, SizeSymbol, Span, Variable, activation, add, chain, final_name,
                            initial_name, last_number, merge, renamed, reverse, settled, verify)

ARROWS = {"forward": r"\overrightarrow", "backward": r"\overleftarrow"}


def deep(cell: Program, layers: int, readout: bool = False,
         output_activation: ActivationChoice = "linear") -> Program:
    """A stack of ``layers`` copies of a cell, each with a memory and sizes of its own.

    Names carry the layer: ``layer1.W_i``, state ``layer1.h``. A layer is fed by the one
    below; further inputs, such as a mask, are shared by all. With ``readout`` the top layer
    goes through ``V``, ``b_y`` and ``output_activation``. Raises ProgramError for fewer than
    one layer.
    """
    if isinstance(layers, bool) or not hasattr(layers, "__index__") or layers < 1:
        raise ProgramError(f"deep({cell.name}): layers is {layers!r}; a network has a whole number "
                           "of them, at least one")
    layers, network = index(layers), _layer(cell, 1)
    for number in range(2, layers + 1):
        network = chain(network, _layer(cell, number))
    network = replace(network, name=f"deep_{cell.name}",
                      title=f"{cell.title}, {layers} layer{'s' * (layers > 1)}")
    return attach_readout(network, output_activation) if readout else verify(network)


def bidirectional(cell: Program, readout: bool = True,
                  output_activation: ActivationChoice = "linear") -> Program:
    """Two recurrences over the same inputs, one forward and one reverse in time.

    Names carry the direction: ``forward.W_i``, state ``backward.h``. With ``readout`` both
    outputs go into one output layer, ``y = psi(V_f h_f + V_b h_b + b_y)``; without, they
    are concatenated, forward first. Source: Schuster and Paliwal 1997.
    """
    forward = _direction(cell, "forward")
    backward = _direction(reverse(cell), "backward")
    both = merge(forward, backward)
    both = replace(both, name=f"bidirectional_{cell.name}", title=f"{cell.title}, bidirectional",
                   outputs=(*forward.outputs, *backward.outputs))
    return attach_readout(both, output_activation) if readout else concatenate(both)


def readout(network: Program, output_activation: ActivationChoice = "linear") -> Program:
    """Any network with an output layer ``y = psi(V h + b_y)`` on top."""
    return attach_readout(network, output_activation)


def attach_readout(network: Program, output_activation: ActivationChoice) -> Program:
    """An affine layer over all outputs of the network, then an activation."""
    if "y" in network.outputs and "h" not in network:
        network = _hidden(network)
    outputs = [network[name] for name in network.outputs]
    p = _new_size(network, "p")
    names = ["V"] if len(outputs) == 1 else [f"V_{tag}" for tag in _tags(outputs)]
    with Cell("readout", "output layer") as cell:
        inputs = [cell.input(f"in{k}[{one.axes[0]}]", one.meaning) for k, one in enumerate(outputs)]
        weights = [cell.parameter(f"{name}[{p},{one.axes[0]}]", "weights of the output")
                   for name, one in zip(names, outputs, strict=True)]
        b_y = cell.parameter(f"b_y[{p}]", "bias of the output")
        a_y = cell.symbol(f"a_y[{p}]", "pre-activation of the output")
        y = cell.symbol(f"y[{p}]", "output")
        products = [V @ one[t] for V, one in zip(weights, inputs, strict=True)]
        a_y[t] = add([*products, b_y])
        y[t] = activation(output_activation)(a_y[t])
    return chain(network, cell.build("y"))


def _hidden(network: Program) -> Program:
    """A concatenation under an output layer is a hidden layer: its ``y`` becomes ``h``."""
    hidden = network.replacing([replace(network["y"], glyph=Glyph("h"))])
    return renamed(hidden, {"y": "h"}, {})


def concatenate(network: Program) -> Program:
    """The outputs of the network one behind the other, as one output ``y``."""
    outputs = [network[name] for name in network.outputs]
    widths = [SizeSymbol(one.axes[0]) for one in outputs]
    q = _new_size(network, "q")
    total = Size(q, Glyph.named(q), "entries of the concatenated output",
                 sum(widths[1:], widths[0]))
    selectors = [
        Variable(f"E_{tag}", (q, one.axes[0]), Role.SELECTOR, Glyph.named(f"E_{tag}"),
                 f"places {one.name} into the concatenation", Span.CONSTANT,
                 offset=sum(widths[:place], Integer(0)))
        for place, (tag, one) in enumerate(zip(_tags(outputs), outputs, strict=True))]
    y = Variable("y", (q,), Role.OUTPUT, Glyph("y"), "outputs of both directions, concatenated")
    rhs = add([Ein("ij,j->i", E.symbol, one.symbol)
               for E, one in zip(selectors, outputs, strict=True)])
    equation = Equation("y", rhs, last_number(network) + 1)
    return verify(replace(
        network, sizes=(*network.sizes, total), outputs=("y",),
        variables=(*settled(network), *selectors, y), equations=(*network.equations, equation)))


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
        replace(one, glyph=replace(one.glyph, sup=(*one.glyph.sup, f"({number})")),
                meaning=f"{one.meaning}, layer {number}") for one in own)
    sizes = {one.name: f"{one.name}_{number}" for one in cell.sizes if one.name not in shared}
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
            copy = replace(source, name=f"{source.name}_seen", role=Role.STATE)
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
