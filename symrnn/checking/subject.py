"""A kernel and a random case, and what the equations give for it by an interpreter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.adjoint import join
from symrnn.checking.reference import (STEP, Array, Case, along_each, differentiable,
                                       random_case)
from symrnn.program import Program, Role, Span
from symrnn.program.interpret import Interpreter
from symrnn.runtime import Kernel, Run
from symrnn.schedule import Plan

MOST_NOISE = 1e-9  # of the interpreter itself, relative: beyond it a comparison tells nothing


@dataclass(frozen=True)
class Subject:
    """A kernel and the random case that it computes."""

    kernel: Kernel
    case: Case

    @cached_property
    def run(self) -> Run:
        """The forward pass."""
        return self.kernel.forward(self.case.parameters, self.case.inputs, self.case.initial)

    @cached_property
    def gradients(self) -> dict[str, Array]:
        """Every gradient by name."""
        return self.kernel.backward(self.run, self.case.y_bar, self.case.final_bar)

    def inputs_at(self, step: int) -> dict[str, Array]:
        """What comes in at one step, counted from 0."""
        program = self.case.plan.program
        return {name: one[step] if program[name].span is Span.SEQUENCE else one
                for name, one in self.case.inputs.items()}

    def alone(self, sample: int, length: int) -> Run:
        """One sample's first steps, as a batch of one."""
        program, part = self.case.plan.program, slice(sample, sample + 1)
        inputs = {name: one[:length, part] if program[name].span is Span.SEQUENCE else one[part]
                  for name, one in self.case.inputs.items()}
        return self.kernel.forward(self.case.parameters, inputs,
                                   {name: one[part] for name, one in self.case.initial.items()})

    def streamed(self) -> Iterator[tuple[Any, dict[str, Array]]]:
        """What every streaming step puts out, and the state that it hands on."""
        state: Any = self.case.initial
        for step in range(self.case.sizes["T"]):
            y, state = self.kernel.step(self.case.parameters, self.inputs_at(step), state)
            yield self.by_name(y), state

    def named(self, y: Any, final: dict[str, Array]) -> dict[str, Array]:
        """Outputs and final states, by the names of the equations."""
        return {**self.by_name(y), **{one.final: final[one.state]
                                      for one in self.case.plan.program.delays}}

    def by_name(self, y: Any) -> dict[str, Array]:
        """Outputs by name, also where there is one alone."""
        return y if isinstance(y, dict) else {self.case.plan.program.outputs[0]: y}


@dataclass(frozen=True)
class Expected:
    """What the equations give for a case, and for a step along ``arrows`` away from it.

    How far rounding moves a value is told by the interpreter in extended precision: equations that
    magnify rounding do so in every kernel. Its own error may be small by chance, so it computes
    once more of numbers that are one unit in the last place away.
    """

    case: Case
    arrows: Case

    @cached_property
    def values(self) -> dict[str, Array]:
        """Outputs, final states and gradients."""
        return self._values(np.float64)

    @cached_property
    def exact(self) -> dict[str, Array]:
        """The same in extended precision, where the machine has it."""
        return self._values(np.longdouble)

    @cached_property
    def directions(self) -> dict[str, Array]:
        """By the name of each variable the signs of its arrow."""
        return {one.name: np.sign(self.arrows.values[one.name])
                for one in differentiable(self.case.plan.program)}

    @cached_property
    def slopes(self) -> dict[str, float]:
        """The loss's derivatives along each of these directions, by complex step."""
        return along_each(self.case, self.directions)

    @cached_property
    def tangents(self) -> dict[str, Array]:
        """How all of these change along the arrows, by complex step."""
        return self._tangents(self.case.values, np.complex128)

    @cached_property
    def scales(self) -> dict[str, float]:
        """What errors of the values are held against."""
        return scales(self.values)

    @cached_property
    def noise(self) -> dict[str, float]:
        """What rounding does to each array, relative to its scale."""
        return _noise(self.exact, self.values, self._of(self._one_unit_away))

    @cached_property
    def scales_of_tangents(self) -> dict[str, float]:
        """What errors of the tangents are held against."""
        return scales(self.tangents)

    @cached_property
    def noise_of_tangents(self) -> dict[str, float]:
        """The same of the tangents."""
        return _noise(self._tangents(self.case.values, np.clongdouble), self.tangents,
                      self._tangents(self._one_unit_away, np.complex128))

    @property
    def comparable(self) -> bool:
        """False where numbers are not finite, or rounding grows so that no fault would show."""
        with np.errstate(all="ignore"):
            return (self.has_values and _is_finite(self.tangents)
                    and _is_small(self.noise_of_tangents))

    @property
    def has_values(self) -> bool:
        """The same of all that is compared but for tangents."""
        with np.errstate(all="ignore"):
            return (_is_finite(self.values) and _is_small(self.noise)
                    and _is_finite(self.slopes))

    def _values(self, kind: type[Any]) -> dict[str, Array]:
        return self._of({name: one.astype(kind) for name, one in self.case.values.items()})

    @cached_property
    def _one_unit_away(self) -> dict[str, Array]:
        """What is given, up or down by one unit in the last place."""
        draw = np.random.default_rng(0)
        return {name: np.nextafter(one, draw.choice((-np.inf, np.inf), one.shape))
                if name in self._leaves else one for name, one in self.case.values.items()}

    def _tangents(self, given: dict[str, Array], kind: type[Any]) -> dict[str, Array]:
        moved = {name: one.astype(kind) + 1j * STEP * self.arrows.values[name]
                 if name in self._leaves else one for name, one in given.items()}
        return {name: np.imag(one) / STEP for name, one in self._of(moved).items()}

    @property
    def _leaves(self) -> frozenset[str]:
        return frozenset(one.name for one in differentiable(self.case.plan.program))

    @cached_property
    def _system(self) -> Program:
        """The equations and their adjoint."""
        return join(self.case.plan.program, self.case.plan.gradient)

    def _of(self, values: dict[str, Any]) -> dict[str, Array]:
        plan = self.case.plan
        interpreter = Interpreter(self._system, values, self.case.sizes)
        names = (*plan.program.outputs, *(one.final for one in plan.program.delays))
        return {**{name: interpreter.whole(name) for name in names}, **{
            one.of: interpreter.whole(one.name) for one in plan.gradient.with_role(Role.GRADIENT)}}


def expected(plan: Plan, seed: int = 0, steps: int = 4, batch: int = 2, smallest: int = 2
             ) -> Expected:
    """What a random case gives."""
    case, arrows = (random_case(plan, one, steps, batch, smallest=smallest)
                    for one in (seed, seed + 1))
    return Expected(case, arrows)


def _noise(exact: dict[str, Array], *found: dict[str, Array]) -> dict[str, float]:
    """The largest error of some computations of the same, relative to the scale of each array."""
    sizes = scales(exact)
    return {name: max(off(each[name], one, sizes[name]) for each in found)
            for name, one in exact.items()}


def _is_finite(values: Mapping[str, Any]) -> bool:
    return all(np.isfinite(one).all() for one in values.values())


def _is_small(noise: dict[str, float]) -> bool:
    return max(noise.values(), default=0.0) <= MOST_NOISE


def off(found: Any, wanted: Any, scale: float) -> float:
    """The largest difference in units of a scale."""
    return float(np.max(np.abs(np.asarray(found) - wanted), initial=0.0)) / scale


def scales(values: Mapping[str, Array]) -> dict[str, float]:
    """The largest entry of each array, or a hundredth of the largest of all where it is smaller.

    What cancels to nothing leaves rounding of what it was made of.
    """
    largest = {name: float(np.max(np.abs(one), initial=0.0)) for name, one in values.items()}
    least = max(largest.values(), default=0.0) / 100
    return {name: max(one, least) or 1.0 for name, one in largest.items()}
