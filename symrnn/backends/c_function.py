"""A schedule as the body of a C function: arrays, loops, pointers, then the equations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from symrnn.backends.c_addresses import Addresses, Locals, StepAddresses
from symrnn.backends.c_edges import starting_value
from symrnn.backends.c_loops import Loops, under
from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_sizes import Shape, size_lines
from symrnn.backends.names import Names
from symrnn.backends.text import Statement, TextPrinter
from symrnn.program import FED, Delay, Equation, Role, Span, Variable, symbols_in_order
from symrnn.schedule import Order, Place, Plan, Schedule, Stage, is_total

TITLE = {Order.ONCE: "once, for all steps", Order.ALL: "every step, in any order",
         Order.FORWARD: "scan forward in time", Order.REVERSE: "scan in reverse"}
GIVEN_BY_CALLER = (Role.PARAMETER, *FED, Role.COTANGENT)


@dataclass(frozen=True)
class Block:
    """One stage in C: the loops around, pointers to the values of one step, the equations."""

    title: str
    indent: int
    opening: tuple[str, ...]
    pointers: tuple[str, ...]
    statements: tuple[Statement, ...]
    tail: tuple[str, ...]
    closing: tuple[str, ...]


@dataclass(frozen=True)
class Body:
    """A function body, part by part, and the shapes that lie in its workspace."""

    sizes: tuple[str, ...]
    arrays: tuple[str, ...]
    zeros: tuple[str, ...]
    blocks: tuple[Block, ...]
    after: tuple[str, ...]
    unused: tuple[str, ...]
    work: tuple[Shape, ...]


class BodyWriter:
    """Writes one schedule over whole sequences."""

    addresses_of: type[Addresses] = Addresses

    def __init__(self, plan: Plan, schedule: Schedule, names: Names, local: Locals,
                 prefix: str) -> None:
        self.plan, self.schedule, self.program = plan, schedule, schedule.program
        self.local, self.real = local, f"{prefix}_real"
        self.printer = CPrinter(names, prefix)
        self.to = self.addresses_of(plan, schedule, names, local, self.printer)
        self.text = TextPrinter(self.program)
        self.loops = Loops(self.program, self.printer, local.indices)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The loops to write."""
        return self.schedule.stages

    def write(self, arguments: Sequence[str]) -> Body:
        """The body of a function with these arguments."""
        starts = [self.to.variable(one.initial) for one in self.schedule.edges]
        work = [*self.workspace(), *starts]
        shapes = [*map(self.stored_shape, self.workspace()), *(one.shape for one in starts)]
        arrays = (*self._constants(), *self._tape(), *self._carve("work", work, shapes),
                  *map(self._start, self.schedule.edges))
        zeros, blocks = self._zeros(), tuple(map(self._block, self.stages))
        after = tuple(line for delay in self.program.delays for line in self.edge(delay))
        sizes = size_lines(self.plan, self.to)
        used = self.to.holders | ({"sizes"} if sizes else set())
        return Body(sizes, arrays, zeros, blocks, after,
                    tuple(one for one in arguments if one not in used), tuple(shapes))

    def workspace(self) -> list[Variable]:
        """What lives in the workspace."""
        return list(self.schedule.placed(Place.WORK, Place.RING, Place.STEP))

    def stored_shape(self, variable: Variable) -> Shape:
        """The shape in the workspace: all steps, two, or this one alone."""
        place = self.schedule.places[variable.name]
        front = ("2", "B") if place is Place.RING else ()
        return variable.shape if place is Place.WORK else (*front, *variable.axes)

    def _tape(self) -> list[str]:
        const = "" if self.schedule is self.plan.forward else "const "
        return self._carve("tape", self.plan.saved, [one.shape for one in self.plan.saved], const)

    def _carve(self, block: str, variables: Sequence[Variable], shapes: Sequence[Shape],
               const: str = "") -> list[str]:
        """Base pointers into one block of memory, one behind the other."""
        lines, before = [], block
        for variable, shape in zip(variables, shapes, strict=True):
            name = self.to.block_name(self.to.holder(block), variable)
            lines.append(f"{const}{self.real} *const {name} = {before}; /* [{', '.join(shape)}] */")
            before = f"{name} + {self.to.extent(shape)}"
        return lines

    def _start(self, delay: Delay) -> str:
        """A pointer to the values at the edge: the caller's, or what stands in their place."""
        one = self.to.variable(delay.initial)
        return (f"const {self.real} *const {self.to.names[one.name]} = "
                f"{self.printer.prefix}_given({self.to.given_or_null(one)}, "
                f"{starting_value(delay)}, {self.to.extent(one.shape)}, "
                f"{self.to.block_name('work', one)});")

    def _constants(self) -> list[str]:
        """Pointers to what varies over neither time nor samples: parameters and their totals."""
        read = {name for one in self.program.equations for name in symbols_in_order(one.rhs)}
        lines = []
        for one in self.program.variables:
            given = one.name in read and one.role in GIVEN_BY_CALLER
            target = self.schedule.places.get(one.name) is Place.CALLER
            if one.span is Span.CONSTANT and (given or target):
                const = "const " if given else ""
                lines.append(f"{const}{self.real} *const {self.to.names[one.name]} = "
                             f"{self.to.base(one)}; /* [{', '.join(one.shape)}] */")
        return lines

    def _zeros(self) -> tuple[str, ...]:
        """Totals start at zero."""
        j = self.local.indices[0]
        lines: list[str] = []
        for equation in self.program.equations:
            one = self.program[equation.lhs]
            if is_total(self.program, equation):
                whole = self.to.is_whole(one)
                array = self.to.names[one.name] if whole else self.to.base(one)
                lines += self._if_wanted(one, under(
                    f"for (size_t {j} = 0; {j} < {self.to.extent(one.shape)}; ++{j})",
                    [f"{array}[{j}] = 0;"]))
        return tuple(lines)

    def _block(self, stage: Stage) -> Block:
        pointers = self._pointers(stage)
        opening, closing = self.around(stage, pointers)
        return Block(self.title(stage), 4 + 4 * len(closing), opening, pointers,
                     tuple(map(self._statement, stage.equations)), self.tail(stage), closing)

    def tail(self, stage: Stage) -> Shape:
        """Lines behind the equations, inside the loops."""
        return ()

    def title(self, stage: Stage) -> str:
        """What the loop over a stage does."""
        return TITLE[stage.order]

    def around(self, stage: Stage, pointers: Shape) -> tuple[Shape, Shape]:
        """The loops over time and samples, with their common offset where a pointer needs it."""
        t, s, at = self.local.time, self.local.sample, self.local.at
        if stage.order is Order.ONCE:
            return ("{",), ("}",)
        self.printer.used_sizes |= {"T", "B"}
        head = (f"for (size_t {t} = T; {t}-- > 0;) {{" if stage.order is Order.REVERSE
                else f"for (size_t {t} = 0; {t} < T; ++{t}) {{")
        used = any(re.search(rf"\b{at}\b", line) for line in pointers)
        offset = (f"        const size_t {at} = {t} * B + {s};",) if used else ()
        return (head, f"    for (size_t {s} = 0; {s} < B; ++{s}) {{", *offset), ("    }", "}")

    def _pointers(self, stage: Stage) -> tuple[str, ...]:
        """A pointer to the value at this step and sample of everything that the stage touches."""
        bound, touched = {one.lhs for one in stage.equations}, self.touched(stage)
        lines = []
        for one in self.program.variables:
            if one.name in touched and not self.to.is_whole(one):
                const = "" if one.name in bound else "const "
                lines.append(f"{const}{self.real} *{self.to.qualifier(one)}"
                             f"{self.to.names[one.name]} = {self.to.pointer(one)};")
        return tuple(lines)

    def touched(self, stage: Stage) -> set[str]:
        """What the equations of a stage read and bind."""
        return {name for one in stage.equations for name in (one.lhs, *symbols_in_order(one.rhs))}

    def _statement(self, equation: Equation) -> Statement:
        lines = self._if_wanted(self.program[equation.lhs], self.loops.write(equation))
        return Statement(self.text.comment(equation), lines)

    def _if_wanted(self, variable: Variable, lines: Shape) -> Shape:
        """A gradient that the caller does not want is not computed."""
        wanted = self.schedule.is_optional(variable)
        return under(f"if ({self.to.names[variable.name]} != NULL)", lines) if wanted else lines

    def edge(self, delay: Delay) -> Shape:
        """The value at the last step of the scan, or at the edge before it, to the caller."""
        source = self.to.variable(delay.source)
        count = self.to.extent(("B", *source.axes))
        row = "(T - 1)" if delay.step > 0 else "0"
        if self.schedule.places.get(delay.source) is Place.RING:
            row = f"({row} & 1)" if row != "0" else row
        self.printer.used_sizes.add("T")
        there = self.to.base(source) + ("" if row == "0" else f" + {row} * {count}")
        edge = self.to.base(self.to.variable(delay.initial))
        return (f"{self.printer.prefix}_copy(T > 0 ? {there} : {edge}, {count}, "
                f"{self.to.given_or_null(self.program[delay.final])});",)


class StepWriter(BodyWriter):
    """Writes the forward schedule as one streaming step: every equation once for each sample."""

    addresses_of = StepAddresses

    @property
    def stages(self) -> tuple[Stage, ...]:
        return (Stage(Order.FORWARD, self.program.equations, self.program.delays),)

    def workspace(self) -> list[Variable]:
        return [one for one in self.program.variables
                if one.name in self.schedule.places and one.name not in self.program.outputs]

    def stored_shape(self, variable: Variable) -> Shape:
        return variable.axes

    def _tape(self) -> list[str]:
        return []

    def title(self, stage: Stage) -> str:
        return "this step"

    def around(self, stage: Stage, pointers: Shape) -> tuple[Shape, Shape]:
        s = self.local.sample
        self.printer.used_sizes |= {"B"}
        return (f"for (size_t {s} = 0; {s} < B; ++{s}) {{",), ("}",)

    def touched(self, stage: Stage) -> set[str]:
        """The next state is read too; an input may be remembered that no equation reads now."""
        return super().touched(stage) | {one.source for one in stage.delays}

    def tail(self, stage: Stage) -> Shape:
        """The new states, written last: ``next`` may be ``state``."""
        lines = ["/* the next state */"]
        for delay in stage.delays:
            source = self.program[delay.source]
            count = self.to.extent(source.axes)
            holder, field = self.to.holder("next"), self.to.field(self.program[delay.final])
            lines += [f"if ({holder} != NULL && {holder}->{field} != NULL)",
                      f"    {self.printer.prefix}_copy({self.to.names[source.name]}, {count}, "
                      f"{holder}->{field} + {self.local.sample} * {count});"]
        return tuple(lines) if stage.delays else ()

    def edge(self, delay: Delay) -> Shape:
        return ()
