"""The JavaScript backend: a script for pages, which keeps every value of both passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields

from sympy import Expr

from symrnn.backends.base import Artefact, Printed
from symrnn.backends.c_helpers import Helper
from symrnn.backends.javascript_tree import (Formulas, Functions, JavaScriptTree,
                                             SilentTree)
from symrnn.backends.javascript_words import RESERVED
from symrnn.backends.lines import WIDTH, Lines, Row, bare_rows, deeper, flat, laid_out, rows
from symrnn.backends.memory import memory
from symrnn.backends.notes import bare
from symrnn.backends.text import comment_block, in_comment, text_of
from symrnn.costs import Operations, costs
from symrnn.loops import Names
from symrnn.lowering import Interface, KeptArrays, Locals, Lowered, free_sizes, kept
from symrnn.lowering.sizes import declared_sizes
from symrnn.program import FED, Role, Variable, short_digest
from symrnn.schedule import Plan, Schedule

PURPOSE = {"forward": "Forward over T steps: sets all values.",
           "backward": "Backward over the same steps: from the values and from bars, the "
                       "derivatives of a loss with respect to outputs and final states, to its "
                       "derivatives with respect to all else."}


@dataclass(frozen=True)
class Style:
    """How functions are written: by which tree, how lines stand, and whether they explain."""

    tree: type[JavaScriptTree]
    rows: Callable[[Lines], Iterable[Row]]
    comments: bool


READABLE = Style(JavaScriptTree, lambda lines: rows(deeper(lines)), True)
COMPACT = Style(SilentTree, bare_rows, False)  # for pages, whose readers see other languages


@dataclass(frozen=True)
class Group:
    """Arrays that are passed together: their name, and a line or two for each."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """Everything that the template prints."""

    name: str
    title: str
    citation: str
    notes: tuple[str, ...]
    sizes: tuple[str, ...]  # what a caller gives
    derived: tuple[str, ...]  # lines that name all of them
    groups: tuple[Group, ...]
    helpers: tuple[Helper, ...]
    functions: tuple[Printed, ...]
    costs: tuple[tuple[str, str], ...]
    equations: str


def array_names(plan: Plan) -> dict[str, dict[str, str]]:
    """By group, in the order of the script, what its arrays hold and what they are called there.

    Initial states go by the name of the variable, ``initial.h``.
    """
    script = _Script(plan, "", plan)
    return {group: {one.name: script.arrays.field(one) for one in variables}
            for group, variables in script.grouped()}


def javascript_backend(plan: Plan, name: str, counted: Plan | None = None,
                       style: Style = READABLE) -> tuple[Artefact, ...]:
    """The script of one network; its costs are those of another plan where one is ``counted``."""
    script = _Script(plan, name, counted or plan, style).script()
    listings = tuple(one.listing for one in script.functions)
    return (Artefact(f"{name}.js", "javascript/script.js.j2", script, listings),)


class _Script:
    def __init__(self, plan: Plan, name: str, counted: Plan, style: Style = READABLE) -> None:
        self.plan, self.name, self.counted, self.style = plan.kept, name, counted, style
        self.names = Names(self.plan.programs, RESERVED)
        self.interface = Interface(name, self.names, Locals.choose(self.names), {})
        self.formulas = Formulas(self.names, name)
        self.arrays = KeptArrays(self.plan, self.plan.forward, self.names, self.interface.local)

    def script(self) -> Script:
        """All parts of the file."""
        program = self.plan.program
        printed = tuple(self._printed(kind, one)
                        for kind, one in kept(self.plan, self.interface).items())
        functions = Functions(self.names, self.name, Formulas)
        helpers, _ = functions.made(sorted(self.formulas.used_calls))
        return Script(
            self.name, in_comment(program.title), in_comment(program.source),
            tuple(in_comment(bare(one)) for one in program.notes),
            tuple(map(self.names.member, free_sizes(program))), self._sizes(),
            tuple(Group(name, self._entries(variables)) for name, variables in self.grouped()),
            (*[COPYSIGN][:"copysign" in functions.math], *helpers), printed, tuple(self._costs()),
            short_digest(program))

    def _costs(self) -> Iterator[tuple[str, str]]:
        """What the network costs: forward and backward counts of operations, then what is kept."""
        found = costs(self.counted)
        each = found.forward.each_step(), found.backward.each_step()
        for one in fields(Operations):
            yield one.name, self._listed(*(getattr(side, one.name) for side in each))
        yield "sequence", self._listed(found.forward.products, found.backward.products)
        yield "parameters", self._listed(found.parameters)
        yield "saved", self._listed(found.saved)
        held = memory(self.counted, found.parameters, found.saved)
        yield "workspace", self._listed(*held.work)
        yield "ram", self._listed(*held.ram)
        yield "inference", self._listed(held.inference)

    def _listed(self, *counts: Expr) -> str:
        return ", ".join(flat(self.formulas(one)) for one in counts)

    def _tree(self, lowered: Lowered) -> JavaScriptTree:
        return self.style.tree(self.formulas, text_of(lowered.program), "")

    def _printed(self, kind: str, one: Lowered) -> Printed:
        tree, purpose = self._tree(one), comment_block(PURPOSE[kind])
        return Printed(kind, purpose, (), laid_out(tree.signature(one.function)),
                       tuple(self.style.rows(tree.body(one.function.body))))

    def grouped(self) -> Iterator[tuple[str, list[Variable]]]:
        """Whatever is given, and what each pass sets."""
        program, gradient = self.plan.program, self.plan.gradient
        final = [program[one.final] for one in program.delays]
        yield "parameters", [*program.with_role(Role.PARAMETER)]
        yield "inputs", [*program.with_role(*FED)]
        yield "initial", [program[one.initial] for one in program.delays]
        yield "values", _bound(self.plan.forward, final)
        yield "bars", [*gradient.with_role(Role.COTANGENT)]
        yield "gradients", _bound(self.plan.backward, gradient.with_role(Role.GRADIENT))

    def _entries(self, variables: Iterable[Variable]) -> tuple[str, ...]:
        """The lines of some arrays; without comments one is enough."""
        if not self.style.comments:
            return (" ".join(map(self._shape, variables)),)
        return tuple(line for one in variables for line in self._entry(one))

    def _shape(self, variable: Variable) -> str:
        shape = ", ".join(map(self._size, variable.shape))
        return f"{self.arrays.field(variable)}: [{shape}],"

    def _entry(self, variable: Variable) -> tuple[str, ...]:
        """``z: [T, B, m], // pre-activation``."""
        entry = self._shape(variable)
        line = f"{entry} // {in_comment(variable.meaning)}"
        if not variable.meaning:
            return (entry,)
        return (line,) if len(line) + 12 <= WIDTH else (
            f"// {in_comment(variable.meaning)}", entry)

    def _size(self, axis: str) -> str:
        return axis if axis.isdigit() else self.names.size(axis)

    def _sizes(self) -> tuple[str, ...]:
        """Local names of all sizes that some array has."""
        program = self.plan.program
        axes = ["T", "B", *(one.name for one in program.sizes)]
        tree = JavaScriptTree(self.formulas, text_of(program), "")
        return tuple(map(flat, laid_out(tree.body(declared_sizes(self.arrays, axes, {})))))


def _bound(schedule: Schedule, further: Iterable[Variable]) -> list[Variable]:
    """What a pass sets: what its equations bind, and values at the edges of time."""
    own = [one for one in schedule.program.variables if one.name in schedule.places]
    return [*own, *(one for one in further if one.name not in schedule.places)]


COPYSIGN = Helper(
    ("/* The size of one number with the sign of another, which may be that of a zero. */",),
    ("function copysign(x, y)",),
    ("    return y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x);",))
