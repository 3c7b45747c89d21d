"""How other libraries name and order a cell's weights, where their layer is proved to be it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from inspect import signature
from itertools import product
from typing import Any

from symrnn.authoring import Architecture
from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import Formula, Number, Sum
from symrnn.comparison import Comparison, Verdict, compare
from symrnn.comparison.correspondence import Shares
from symrnn.documents.layer import Layer, Packed
from symrnn.interop.conventions import FRAMEWORKS, Framework, PackedArray, convention
from symrnn.program import Program

READOUT = "readout"  # the option of builders that can do without it, as libraries' layers do
KEYS = {Verdict.SAME: "same", Verdict.MERGED: "merged"}  # texts of what is proved


def layers(one: Architecture) -> tuple[Layer, ...]:
    """Layers of other libraries that are proved to be this cell, or all of it but its readout.

    Conventions of the same cell with the same options are compared.
    """
    found = []
    for name, framework in _conventions(one):
        cell = one.build(**_alone(one.builder))
        result = compare(cell, name)
        if result.same:
            left_out = (READOUT,) * (cell.outputs != one.build().outputs)
            found.append(Layer(name, framework.title, KEYS[result.verdict], left_out,
                               tuple(_arrays(cell, name, result))))
    return tuple(found)


def _conventions(one: Architecture) -> Iterator[tuple[str, Framework]]:
    """Conventions of the same builder, with every choice of options that gives its options."""
    if not isinstance(one.builder, partial):
        return
    wanted = _options(one.builder.func, {**one.builder.keywords, **_alone(one.builder)})
    for name, framework in FRAMEWORKS.items():
        if framework.build is not one.builder.func:
            continue
        for choice in product(*framework.options.values()):
            effects = [values[chosen] for values, chosen in
                       zip(framework.options.values(), choice, strict=True)]
            made = dict(framework.cell) | {key: value for each in effects
                                           for key, value in each.cell.items()}
            if (_options(framework.build, made) == wanted
                    and not any(each.complemented for each in effects)):
                yield spelled(name, framework, choice), framework


def _alone(builder: Callable[..., Program]) -> dict[str, Any]:
    """The options that leave the readout out, where there is one to leave out."""
    return {READOUT: False} if READOUT in signature(builder).parameters else {}


def _options(builder: Callable[..., Program], given: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a builder, with what they are where they are not given."""
    bound = signature(builder).bind(**given)
    bound.apply_defaults()
    return bound.arguments


def spelled(name: str, framework: Framework, choice: Sequence[str]) -> str:
    """``onnx-gru:linear_before_reset=1``; what is so by default is not said."""
    told = [f"{key}={value}" for (key, values), value in
            zip(framework.options.items(), choice, strict=True) if value != next(iter(values))]
    return f"{name}:{','.join(told)}" if told else name


def _arrays(cell: Program, name: str, result: Comparison) -> Iterator[Packed]:
    """The arrays of a convention, block by block, each as what it holds of the cell."""
    carried = {} if result.mapping is None else result.mapping.carried()
    printer = DocumentPrinter(cell)
    for one in convention(name).arrays:
        held = tuple(_held(printer, carried.get(block, ())) for block in one.blocks)
        yield Packed(one.name, tuple(_layout(one)), tuple(zip(map(_own, one.blocks), held,
                                                              strict=True)))


def _layout(one: PackedArray) -> Iterator[str]:
    """Texts that tell how the blocks of an array stand."""
    if len(one.blocks) > 1:
        yield "rows" if one.rows > 1 else "beside" if one.columns else "below"


def _own(block: str) -> str:
    """The library's name of a block in its array: ``f`` of ``weight_ih.f``."""
    return block.partition(".")[2]


def _held(printer: DocumentPrinter, shares: Shares) -> Formula:
    """What a block holds: ``W_f``, transposed where it is, a sum, or 0."""
    if not shares:
        return Number("0")
    terms = [(("-" if one.sign < 0 else "+"), printer.glyph(one.name, one.order == (1, 0)))
             for one in shares]
    first = "" if terms[0][0] == "+" else "-"
    return Sum(((first, terms[0][1]), *terms[1:]))
