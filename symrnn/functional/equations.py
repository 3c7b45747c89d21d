"""A program run by another library's arrays: the loop that anybody would write, made by rule.

The equations are followed in their order. Products that read no memory are taken for all steps
at once, before the loop, which is what a careful author would do by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.program import (IndexSymbol, Equation, Program, ProgramError, Span, reached, reads,
                            reversed_edges, symbols_in_order)
from symrnn.program.contraction import Ein, Maximum, aligned
from symrnn.program.interpret import Interpreter, Operations, evaluate

Values = dict[str, Any]
Place = tuple[str, int]  # an equation's left-hand side, and which of its terms


Scan = Callable[[Callable[[Values, Values], tuple[Values, Values]], Values, Values, int, int],
                tuple[Values, Values]]


@dataclass(frozen=True, eq=False)
class Library:
    """An array library: its functions, what contractions need of it, and its loop over time.

    ``scan(body, state, timed, steps, step)`` calls ``body(state, now)`` at every step, from the
    first on where ``step`` is 1, from the last where it is -1; body gives the next state and what
    is kept of the step. It returns the last state and what was kept, one over the other.
    ``shift(edge, sequence, step)`` is a sequence one step later, or earlier, ``edge`` before it.
    """

    operations: Operations
    einsum: Callable[..., Any]
    broadcast: Callable[[Any, tuple[int, ...]], Any]
    largest: Callable[[Any, tuple[int, ...]], Any]
    array: Callable[[Any], Any]
    scan: Scan
    shift: Callable[[Any, Any, int], Any]


class Equations:
    """The equations of one program at given sizes, in one library.

    Everything has the axes [B, ...] within a step and [T, B, ...] around the loop.
    """

    def __init__(self, program: Program, sizes: Mapping[str, int], library: Library) -> None:
        self.program, self.toolkit = program, library
        self.interpreter = Interpreter(program, {}, sizes)
        self.sizes = self.interpreter.sizes
        self.selectors = {one.name: library.array(self.interpreter.at(one.name, 0))
                          for one in program.variables if one.offset is not None}
        self.carried = {delay.lhs: delay for delay in program.delays}
        bound = _after_memory(program)
        self.early = tuple(one for one in program.equations if one.lhs not in bound)
        self.inside = in_order(program, [one for one in program.equations if one.lhs in bound])

    @cached_property
    def hoisted(self) -> dict[Place, tuple[Equation, Ein]]:
        """Products inside the loop that need not be there, by equation and term."""
        return self.ahead(self.inside, {*_after_memory(self.program), *self.carried})

    def ahead(self, inside: Iterable[Equation], late: Container[str]
              ) -> dict[Place, tuple[Equation, Ein]]:
        """Products of a loop's equations that read nothing ``late``, by equation and term."""
        found = {}
        for equation in inside:
            for number, (_, product) in enumerate(equation.taken_apart):
                if product and not any(one.name in late for one in product[1].operands):
                    found[equation.lhs, number] = equation, product[1]
        return found

    def before(self, given: Mapping[str, Any]) -> tuple[Values, Values]:
        """What the loop reads: values that have no time, and those that have, [T, B, ...]."""
        known = {**given, **self.selectors}
        for one in self.early:
            known[one.lhs] = self.equation(one, known)
        return self.apart(known, self.hoisted)

    def apart(self, known: Values, hoisted: Mapping[Place, tuple[Equation, Ein]]
              ) -> tuple[Values, Values]:
        """What a loop reads: without time, and with it, products among these."""
        timed = {name: value for name, value in known.items() if self._in_time(name)}
        fixed = {name: value for name, value in known.items() if name not in timed}
        for place, (one, product) in hoisted.items():
            each_step = any(self._in_time(operand.name) for operand in product.operands)
            (timed if each_step else fixed)[_key(place)] = self._product(product, one.lhs, known)
        return fixed, timed

    def _in_time(self, name: str) -> bool:
        return self.program[name].span is Span.SEQUENCE

    def step(self, fixed: Values, now: Values, state: Values) -> tuple[Any, Values]:
        """One step: the output and the next state, both by the name of the remembered value."""
        known = {**fixed, **now, **state}
        for one in self.inside:
            known[one.lhs] = self.equation(one, known, inside=True)
        following = {name: known[delay.source] for name, delay in self.carried.items()}
        return known[self.program.outputs[0]], following

    def start(self, initial: Mapping[str, Any]) -> Values:
        """The state before the first step, from the initial values by their variable's name."""
        return {name: initial[delay.initial] for name, delay in self.carried.items()}

    def equation(self, one: Equation, known: Values, inside: bool = False) -> Any:
        """The value of a left-hand side, ``inside`` a step, else with T in front."""
        result: Any = None
        for number, (term, product) in enumerate(one.taken_apart):
            if product is None:
                value = evaluate(term, lambda name: self._read(name, one.lhs, known),
                                 self.sizes, self.toolkit.operations)
            else:
                key = _key((one.lhs, number))
                value = known[key] if key in known else self._product(product[1], one.lhs, known)
                factor = evaluate(product[0], self.sizes.__getitem__, self.sizes)
                value = value if factor == 1 else factor * value
            result = value if result is None else result + value
        shape = self._shape(one.lhs, outside=not inside)
        result = 0.0 if result is None else result
        same = tuple(getattr(result, "shape", ())) == shape
        return result if same else self.toolkit.broadcast(result, shape)

    def _shape(self, name: str, outside: bool) -> tuple[int, ...]:
        variable = self.program[name]
        timed = outside or variable.span < Span.SEQUENCE
        return tuple(self.sizes[axis] for axis in variable.shape[0 if timed else 1:])

    def _read(self, name: str, lhs: str, known: Values) -> Any:
        """An operand, or where the entries of the left-hand side stand along one axis."""
        axes = self.program[lhs].axes
        places = [place for place in range(len(axes)) if IndexSymbol.at(place).name == name]
        if not places:
            return self._aligned(name, lhs, known)
        along = np.indices([self.sizes[axis] for axis in axes], sparse=True)[places[0]]
        return self.toolkit.array(along.astype(np.float32))

    def _aligned(self, name: str, lhs: str, known: Values) -> Any:
        """An operand that can be broadcast to the left-hand side: axes that it lacks have 1."""
        variable, value = self.program[name], known[name]
        full = self.program[lhs].axes
        if variable.axes == full or not full:
            return value
        places = aligned(variable.axes, full)
        index = [slice(None) if place in places else None for place in range(len(full))]
        return value[(..., *index)] if variable.span or variable.axes else value

    def _product(self, ein: Ein, lhs: str, known: Values) -> Any:
        values = [known[one.name] for one in ein.operands]
        if isinstance(ein, Maximum):
            return self.toolkit.largest(values[0], ein.places_summed)
        moving = [bool(self.program[one.name].span) for one in ein.operands]
        if ein.letters.operands == ("ij", "j") and ein.letters.output == "i" and moving == [
                False, True]:
            return values[1] @ values[0].T
        return self._einsum(ein, lhs, values, moving)

    def _einsum(self, ein: Ein, lhs: str, values: list[Any], moving: list[bool]) -> Any:
        letters, front = ein.letters, ["..." if flag else "" for flag in moving]
        parts = [f"{dots}{part}" for dots, part in zip(front, letters.operands, strict=True)]
        output = ("..." if any(moving) else "") + letters.output
        for letter, axis in zip(letters.output, self.program[lhs].axes, strict=True):
            if letter not in "".join(letters.operands):
                parts.append(letter)
                values = [*values, self.toolkit.array(np.ones(self.sizes[axis]))]
        return self.toolkit.einsum(f"{','.join(parts)}->{output}", *values)


def _key(place: Place) -> str:
    return f"product {place[0]} {place[1]}"


def _after_memory(program: Program) -> set[str]:
    """Names that a remembered value reaches, within a step."""
    remembered = {name for delay in program.delays for name in (delay.lhs, delay.source)}
    found = reached(remembered, reversed_edges(reads(program)))
    return {name for name in found if program.definition(name)} | _outputs_of(program)


def _outputs_of(program: Program) -> set[str]:
    """Outputs are computed in the loop, even where they need no memory."""
    return {name for name in program.outputs if program.definition(name)}


def in_order(program: Program, equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """Equations such that each comes after those that it reads."""
    waiting, done = list(equations), list[Equation]()
    while waiting:
        open_names = {one.lhs for one in waiting}
        ready = [one for one in waiting if not open_names & set(symbols_in_order(one.rhs))]
        if not ready:
            raise ProgramError(f"{program.name}: {waiting[0].lhs} depends on itself within a step")
        done += ready
        waiting = [one for one in waiting if one not in ready]
    return tuple(done)
