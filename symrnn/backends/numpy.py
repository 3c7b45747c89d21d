"""The NumPy backend: a module that needs nothing but NumPy, one line an equation."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from symrnn.backends.base import Artefact, Listing
from symrnn.backends.common_part import SHARED, parted
from symrnn.loops.scope import Names
from symrnn.backends.lines import Row
from symrnn.backends.notes import bare
from symrnn.backends.numpy_function import Body, BodyWriter, StepWriter
from symrnn.backends.numpy_math import UFUNCS, NumpyPrinter
from symrnn.backends.text import Statement, in_docstring
from symrnn.program import ROWS, FED, Program, Role, short_digest
from symrnn.schedule import Plan

RESERVED = ["np", "parameters", "inputs", "initial", "state", "outputs", "final", "tape", "bars",
            "gradients", "dtype", "T", "B", "floats", "contract", "place", "forward", "backward",
            "step", "self", "range", "reversed", "dict", "max", "len", "sum", *ROWS,
            *keyword.kwlist]

SIGNATURES = {
    "forward": "def forward(parameters, inputs, initial):",
    "backward": "def backward(parameters, inputs, initial, outputs, tape, bars):",
    "step": "def step(parameters, inputs, state):",
}


@dataclass(frozen=True)
class Entry:
    """A line of documentation: a name, its shape, its meaning."""

    name: str
    shape: str
    meaning: str


@dataclass(frozen=True)
class Module:
    """Everything that the template prints."""

    name: str
    title: str
    citation: str
    notes: tuple[str, ...]
    entries: tuple[Entry, ...]
    helpers: tuple[Statement, ...]
    signatures: Mapping[str, str]
    places: tuple[str, ...]
    contracts: tuple[str, ...]
    forward: Body
    backward: Body
    steps: tuple[Body, ...]
    equations: str


def numpy_backend(plan: Plan, name: str) -> tuple[Artefact, ...]:
    """The module of one network."""
    names = Names(plan.programs, RESERVED)
    forward = BodyWriter(plan, plan.forward, names)
    backward = BodyWriter(plan, plan.backward, names)
    step = StepWriter(plan, plan.inference.forward, names)
    bodies = forward.forward(), backward.backward()
    steps = (step.step(),) if plan.streams else ()
    calls = {**forward.printer.used_calls, **backward.printer.used_calls}
    program = plan.program
    entries = tuple(Entry(one.name, f"[{', '.join(one.shape)}]", in_docstring(one.meaning))
                    for one in program.with_role(Role.PARAMETER, *FED, Role.INITIAL))
    module = Module(name, in_docstring(program.title), in_docstring(program.source),
                    tuple(in_docstring(bare(one)) for one in program.notes), entries,
                    helpers(sorted(calls)), SIGNATURES, _when(program.with_role(Role.SELECTOR)),
                    _when(["contract"]), *bodies, steps, short_digest(program))
    heads = dict(zip(SIGNATURES, (*bodies, *steps), strict=False))
    listings = tuple(Listing(kind, (Row(SIGNATURES[kind]), *body.rows))
                     for kind, body in heads.items())
    return (Artefact(f"{name}.py", "numpy/module.py.j2", module, listings),)


def _when(found: Sequence[object]) -> tuple[str, ...]:
    return ("needed",) if found else ()


def helpers(calls: Sequence[str]) -> tuple[Statement, ...]:
    """The activations in use, each behind those that it calls."""
    found: dict[str, Statement] = {}

    def add(name: str) -> None:
        if name not in ROWS or name in UFUNCS or name in found:
            return
        row, printer = ROWS[name], _argument_printer()
        common, formula = parted(row.kernel_form)
        first = () if common is None else (f"{SHARED} = {printer(common)}",)
        text = printer(formula)
        for call in sorted(printer.used_calls):
            add(call)
        arguments = ", ".join(one.name for one in row.arguments)
        silent = '@np.errstate(over="ignore")\n' if row.infinite else ""
        found[name] = Statement(f"{silent}def {name}({arguments}):",
                                (*_docstring(row.why), *first, f"return {text}"))

    for name in calls:
        add(name)
    return tuple(found.values())


def _docstring(text: str) -> tuple[str, ...]:
    """A text as a docstring, on as many lines as it needs; none for an empty text."""
    lines = wrap(text, 88)
    if len(lines) < 2:
        return tuple(f'"""{line}"""' for line in lines)
    return (f'"""{lines[0]}', *lines[1:], '"""')


def _argument_printer() -> NumpyPrinter:
    nothing = Program("", "", (), (), (), (), ())
    names = Names((), ())
    printer = NumpyPrinter(nothing, names)
    printer.values = {"x": "x", "alpha": "alpha", "beta": "beta", SHARED.name: SHARED.name}
    return printer
