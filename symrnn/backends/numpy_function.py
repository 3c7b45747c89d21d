"""A schedule as the body of a NumPy function: whole arrays where time has no order, else a loop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Expr

from symrnn.loops.scope import Names
from symrnn.backends.lines import EMPTY, Computing, Line, Lines, Row, deeper, rows
from symrnn.backends.numpy_math import NumpyPrinter
from symrnn.backends.text import Statement, text_of
from symrnn.program import (FED, Delay, Equation, ProgramError, Role, Size, Span, Variable,
                            contraction_term, symbols_in_order, terms)
from symrnn.schedule import Order, Place, Plan, Schedule, Stage


@dataclass(frozen=True)
class Block:
    """One stage: the loop head, lines before the equations, the equations."""

    title: str
    before: tuple[str, ...]
    loop: tuple[str, ...]
    pointers: tuple[str, ...]
    statements: tuple[Statement, ...]

    def laid_out(self) -> Lines:
        """The stage behind its title, line by line."""
        inside = tuple(part for one in self.statements for part in _laid_out(one))
        body: Lines = (*map(Line, self.pointers), *inside)
        head = map(Line, (f"# {self.title}", *self.before, *self.loop))
        return (EMPTY, *head, *(deeper(body) if self.loop else body))


def _laid_out(one: Statement) -> Lines:
    return (Computing(one.equations, (Line(f"# {one.comment}"), *map(Line, one.lines))),)


@dataclass(frozen=True)
class Body:
    """A function body, part by part."""

    arrays: tuple[str, ...]
    sizes: tuple[str, ...]
    blocks: tuple[Block, ...]
    result: tuple[str, ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The body, line by line, with the equations that a line computes."""
        blocks = tuple(part for one in self.blocks for part in one.laid_out())
        return rows(deeper((*map(Line, (*self.arrays, *self.sizes)), *blocks,
                            *map(Line, self.result))))


class BodyWriter:
    """Writes one schedule over whole sequences."""

    def __init__(self, plan: Plan, schedule: Schedule, names: Names) -> None:
        self.plan, self.schedule, self.names = plan, schedule, names
        self.program = schedule.program
        self.printer, self.text = NumpyPrinter(self.program, names), text_of(self.program)
        self.t = names.derived("step", "t", "time")

    def forward(self) -> Body:
        """Outputs, final state and tape, from parameters, inputs and the initial state."""
        blocks = tuple(map(self.block, self.schedule.stages))
        outputs = self.record({name: self.names[name] for name in self.plan.program.outputs})
        final = self.record({one.state: self.last(one) for one in self.program.delays})
        tape = self.record({name: self.names[name] for name in self.plan.tape})
        arrays = (self.in_floats("parameters", "inputs", "initial"), *self.givens())
        return Body(arrays, self.sizes(), blocks, (f"return {outputs}, {final}, {tape}",))

    def backward(self) -> Body:
        """Gradients by name, from the cotangents of outputs and final state."""
        blocks = tuple(map(self.block, self.schedule.stages))
        ends = {one.final: self.last(one) for one in self.program.delays}
        gradients = {one.of: ends.get(one.name, self.names[one.name])
                     for one in self.program.with_role(Role.GRADIENT)}
        arrays = (self.in_floats("parameters", "inputs", "initial", "outputs", "tape", "bars"),
                  *self.givens())
        return Body(arrays, self.sizes(), blocks, (f"return {self.record(gradients)}",))

    def in_floats(self, *groups: str) -> str:
        """Whatever is given, integers too, is computed with as floats of one type."""
        return f"dtype, {', '.join(groups)} = floats({', '.join(groups)})"

    def record(self, entries: dict[str, str]) -> str:
        """A dictionary display."""
        return "{" + ", ".join(f'"{key}": {value}' for key, value in entries.items()) + "}"

    def givens(self) -> tuple[str, ...]:
        """Local names for everything that the caller gives and the equations read."""
        touched = {name for one in self.program.equations for name in symbols_in_order(one.rhs)}
        edges = {name for name in touched if (delay := self.schedule.delay_of(name))
                 for name in (delay.source, delay.initial)}
        edges |= {delay.initial for delay in self.program.delays}
        shapes = {self._giver(size).name for size in self.plan.program.sizes if size.value is None}
        shapes.add(self._tells_steps().name)
        lines = []
        for variable in self._known():
            if variable.name in touched | edges | shapes and self._source(variable):
                lines.append(f"{self.names[variable.name]} = {self._source(variable)}")
        return tuple(lines)

    def _tells_steps(self) -> Variable:
        """The input whose first axis is time. Raises ProgramError where there is none."""
        inputs = self.plan.program.with_role(Role.INPUT)
        if not inputs:
            raise ProgramError(f"{self.plan.program.name}: nothing tells NumPy how many steps "
                               f"there are, as they read no input; compile it for C")
        return inputs[0]

    def _known(self) -> list[Variable]:
        own = {one.name for one in self.program.variables}
        earlier = [one for one in self.plan.program.variables if one.name not in own]
        return [*earlier, *self.program.variables]

    def _source(self, variable: Variable) -> str:
        """Where a given value comes from, or nothing for a value that the function computes."""
        if variable.name in self.schedule.places or self.schedule.delay_of(variable.name):
            return ""
        states = {one.initial: one.state for one in self.plan.program.delays}
        if variable.role is Role.INITIAL:
            return f'initial["{states[variable.name]}"]'
        if variable.name in self.plan.tape:
            return f'tape["{variable.name}"]'
        if variable.name in self.plan.program.outputs:
            return f'outputs["{variable.name}"]'
        group = {Role.PARAMETER: "parameters", Role.COTANGENT: "bars",
                 **dict.fromkeys(FED, "inputs")}
        key = variable.of if variable.role is Role.COTANGENT else variable.name
        shown = variable.role is Role.SAVED  # read for its shape, or by what documents print
        role = self.plan.program[variable.name].role if shown else variable.role
        return f'{group[role]}["{key}"]' if role in group else ""

    def sizes(self) -> tuple[str, ...]:
        """Sizes, read off the shapes of what is given."""
        first = self.plan.program.with_role(Role.INPUT)[0]
        return (f"T, B = {self.names[first.name]}.shape[:2]", *self._free_sizes(0))

    def _free_sizes(self, lost: int) -> list[str]:
        lines, derived = [], []
        for size in self.plan.program.sizes:
            own = self.names.size(size.name)
            if size.value is not None:
                derived.append(f"{own} = {self.printer(size.value)}")
                continue
            giver = self._giver(size)
            place = giver.shape.index(size.name) - (lost if giver.role is Role.INPUT else 0)
            lines.append(f"{own} = {self.given(giver)}.shape[{place}]")
        return [*lines, *derived]

    def _giver(self, size: Size) -> Variable:
        """The first parameter or input that has the axis, else the first state."""
        program = self.plan.program
        return next(one for one in (*program.with_role(Role.PARAMETER, Role.INPUT),
                                    *program.with_role(Role.INITIAL)) if size.name in one.axes)

    def given(self, variable: Variable) -> str:
        """An array whose shape is read."""
        return self.names[variable.name]

    def block(self, stage: Stage) -> Block:
        """One stage as loop and lines."""
        if stage.order in (Order.ONCE, Order.ALL):
            statements = tuple(self._statement(one, True, {}) for one in stage.equations)
            return Block(stage.order.value, self._shifted(stage), (), (), statements)
        times = "range(T)" if stage.order is Order.FORWARD else "reversed(range(T))"
        values = self._values(stage)
        statements = tuple(self._statement(one, False, values) for one in stage.equations)
        return Block(stage.order.value, self._storage(stage), (f"for {self.t} in {times}:",),
                     self._remembered(stage), statements)

    def _statement(self, equation: Equation, over_time: bool, values: dict[str, str]) -> Statement:
        target = self.names[equation.lhs]
        if not over_time and self.is_stored(equation.lhs):
            target += f"[{self.t}]"
        rhs = self.printer.equation(equation, over_time, values)
        whole = over_time or not self.is_stored(equation.lhs)  # else the array has its shape
        if whole and self._is_narrow(equation):
            lhs = self.program[equation.lhs]
            shape = self._shape(lhs, alone=not over_time)
            rhs = f"np.full(({shape}), {rhs}, dtype)" if shape else rhs
        return Statement(self.text.comment(equation), (f"{target} = {rhs}",), (equation,))

    def _is_narrow(self, equation: Equation) -> bool:
        """True where the terms together lack an axis of the left: what they have is repeated."""
        lhs = self.program[equation.lhs]
        found = set[str]()
        for term in terms(equation.rhs):
            read = [self.program[name] for name in symbols_in_order(term)]
            found |= {axis for one in read for axis in one.shape[:one.span]}
            found |= self._axes_of(term, lhs)
        return not found >= set(lhs.shape)

    def _axes_of(self, term: Expr, lhs: Variable) -> set[str]:
        """The axes of the left side that a term has: of a contraction those that an operand has."""
        contracted = contraction_term(term)
        if contracted is None:
            return {axis for name in symbols_in_order(term) for axis in self.program[name].axes}
        letters = contracted[1].letters
        return {axis for letter, axis in zip(letters.output, lhs.axes, strict=True)
                if any(letter in part for part in letters.operands)}

    def _shape(self, variable: Variable, alone: bool = False) -> str:
        """The shape as a tuple's inside; ``alone`` is that of one step."""
        axes = variable.shape[alone and variable.span is Span.SEQUENCE:]
        return ", ".join(self.names.size(axis) for axis in axes) + "," * (len(axes) == 1)

    def is_stored(self, name: str) -> bool:
        """True for a bound sequence that is kept for every step."""
        return self.schedule.places.get(name) in (Place.TAPE, Place.WORK, Place.CALLER)

    def _delays_read(self, stage: Stage) -> list[Delay]:
        names = {name for one in stage.equations for name in symbols_in_order(one.rhs)}
        known = (*self.program.delays, *self.schedule.earlier)
        return [one for one in known if one.lhs in names]

    def _identifiers(self, delay: Delay) -> tuple[str, str, str]:
        return self.names[delay.lhs], self.names[delay.source], self.names[delay.initial]

    def _shifted(self, stage: Stage) -> tuple[str, ...]:
        """A remembered value over all steps: the sequence moved by one."""
        lines = []
        for delay in self._delays_read(stage):
            lhs, source, edge = self._identifiers(delay)
            lines.append(f"{lhs} = np.concatenate([{edge}[None], {source}])[:-1]" if delay.step > 0
                         else f"{lhs} = np.concatenate([{source}, {edge}[None]])[1:]")
        return tuple(lines)

    def _storage(self, stage: Stage) -> tuple[str, ...]:
        lines = []
        for equation in stage.equations:
            variable, own = self.program[equation.lhs], self.names[equation.lhs]
            if self.is_stored(variable.name):
                lines.append(f"{own} = np.empty(({self._shape(variable)}), dtype)")
        for delay in stage.delays:
            if self.schedule.places[delay.source] is Place.RING:
                lines.append(f"{self.names[delay.source]} = {self.names[delay.initial]}")
        return tuple(lines)

    def _remembered(self, stage: Stage) -> tuple[str, ...]:
        lines = []
        for delay in self._delays_read(stage):
            lhs, source, edge = self._identifiers(delay)
            if self.schedule.places.get(delay.source) is Place.RING:
                lines.append(f"{lhs} = {source}")
            elif delay.step > 0:
                lines.append(f"{lhs} = {source}[{self.t} - 1] if {self.t} > 0 else {edge}")
            else:
                lines.append(f"{lhs} = {source}[{self.t} + 1] if {self.t} < T - 1 else {edge}")
        return tuple(lines)

    def _values(self, stage: Stage) -> dict[str, str]:
        """How each sequence is read inside the loop: ``x[t]``."""
        delayed = {one.lhs for one in (*self.program.delays, *self.schedule.earlier)}
        return {variable.name: f"{self.names[variable.name]}[{self.t}]"
                for variable in self.program.variables
                if variable.span is Span.SEQUENCE and variable.name not in delayed
                and (variable.role.given or self.is_stored(variable.name))}

    def last(self, delay: Delay) -> str:
        """The value at the last step of the scan, or the first one where there is no step."""
        _, source, edge = self._identifiers(delay)
        if self.schedule.places.get(delay.source) is Place.RING:
            return source
        return f"{source}[{'T - 1' if delay.step > 0 else '0'}] if T > 0 else {edge}"


class StepWriter(BodyWriter):
    """Writes the forward schedule as one streaming step, over the batch."""

    def step(self) -> Body:
        """Outputs and next state."""
        states = tuple(f'{self.names[one.lhs]} = state["{one.state}"]'
                       for one in self.program.delays)
        statements = tuple(self._statement(one, False, {}) for one in self.program.equations)
        outputs = self.record({name: self.names[name] for name in self.plan.program.outputs})
        following = self.record({one.state: self.names[one.source]
                                 for one in self.program.delays})
        lines = tuple(f"{self.names[one.name]} = {self._source(one)}"
                      for one in self.program.with_role(Role.PARAMETER, *FED))
        first = self.names[self.program.with_role(Role.INPUT)[0].name]
        sizes = (f"B = {first}.shape[0]", *self._free_sizes(1))
        block = Block("this step", (), (), states, statements)
        return Body((self.in_floats("parameters", "inputs", "state"), *lines), sizes, (block,),
                    (f"return {outputs}, {following}",))

    def given(self, variable: Variable) -> str:
        if variable.role is not Role.INITIAL:
            return super().given(variable)
        return next(f'state["{one.state}"]' for one in self.program.delays
                    if one.initial == variable.name)

    def is_stored(self, name: str) -> bool:
        return False
