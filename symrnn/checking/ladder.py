"""The ladder: all that a kernel computes, held against what knows less of how it is computed.

The lowest rung is the equations themselves, interpreted one by one; derivatives are held against
complex steps, which know no rule of differentiation. What is left compares ways to the same
numbers: a step at a time, in segments, masked, forward mode, real-time recurrent learning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.adjoint import join
from symrnn.checking.numeric import UNITS, Finding, Pair
from symrnn.checking.reference import (STEP, Array, Case, along_each, differentiable,
                                       random_case)
from symrnn.program import Role, Span
from symrnn.program.interpret import Interpreter
from symrnn.runtime import Kernel, Run
from symrnn.schedule import Plan


@dataclass(frozen=True)
class Subject:
    """A kernel and the random case that it computes."""

    kernel: Kernel
    expected: Expected

    @property
    def case(self) -> Case:
        """The numbers that it is given."""
        return self.expected.case

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

    The interpreter's own error is told by itself in extended precision: equations that magnify
    rounding do so in every kernel.
    """

    case: Case
    arrows: Case

    @cached_property
    def values(self) -> dict[str, Array]:
        """Outputs, final states and gradients."""
        return self._values(np.float64)

    @cached_property
    def tangents(self) -> dict[str, Array]:
        """How all of these change along the arrows, by complex step."""
        return self._tangents(np.complex128)

    @cached_property
    def noise(self) -> dict[str, float]:
        """The interpreter's own error, relative to the scale of each array."""
        return self._noise(self.values, self._values(np.longdouble))

    @cached_property
    def noise_of_tangents(self) -> dict[str, float]:
        """The same of the tangents."""
        return self._noise(self.tangents, self._tangents(np.clongdouble))

    def _values(self, kind: type[Any]) -> dict[str, Array]:
        return self._of({name: one.astype(kind) for name, one in self.case.values.items()})

    def _tangents(self, kind: type[Any]) -> dict[str, Array]:
        moved = {name: one.astype(kind) + 1j * STEP * self.arrows.values[name]
                 if name in self._leaves else one for name, one in self.case.values.items()}
        return {name: np.imag(one) / STEP for name, one in self._of(moved).items()}

    def _noise(self, found: dict[str, Array], longer: dict[str, Array]) -> dict[str, float]:
        return {name: off(found[name], one, scale(longer, name)) for name, one in longer.items()}

    @property
    def _leaves(self) -> frozenset[str]:
        return frozenset(one.name for one in differentiable(self.case.plan.program))

    def _of(self, values: dict[str, Any]) -> dict[str, Array]:
        plan = self.case.plan
        both = join(plan.program, plan.gradient)
        interpreter = Interpreter(both, values, self.case.sizes)
        names = (*plan.program.outputs, *(one.final for one in plan.program.delays))
        return {**{name: interpreter.whole(name) for name in names}, **{
            one.of: interpreter.whole(one.name) for one in plan.gradient.with_role(Role.GRADIENT)}}


def expected(plan: Plan, seed: int = 0, steps: int = 4, batch: int = 2) -> Expected:
    """What a random case gives."""
    case = random_case(plan, seed, steps, batch)
    return Expected(case, random_case(plan, seed + 1, steps, batch))


Pairs = Iterator[Pair]


def _forward(of: Subject) -> Pairs:
    found = of.named(of.run.outputs, of.run.final)
    return ((name, found[name], of.expected.values[name]) for name in found)


def _backward(of: Subject) -> Pairs:
    return ((name, found, of.expected.values[name]) for name, found in of.gradients.items())


def _directions(of: Subject) -> Pairs:
    """Derivatives by each variable along a direction: sums, as exact as what they are sums of."""
    arrows = {one.name: np.sign(of.expected.arrows.values[one.name])
              for one in differentiable(of.case.plan.program)}
    sums = {name: np.abs(of.gradients[name]).sum() for name in arrows}
    for name, wanted in along_each(of.case, arrows).items():
        unit = scale(sums, name) / scale(of.expected.values, name)
        yield name, np.sum(of.gradients[name] * arrows[name]) / unit, wanted / unit


def _inference(of: Subject) -> Pairs:
    found = of.kernel.infer(of.case.parameters, of.case.inputs, of.case.initial)
    wanted = of.named(of.run.outputs, of.run.final)
    return ((name, one, wanted[name]) for name, one in of.named(*found).items())


def _steps(of: Subject) -> Pairs:
    state: Any = of.case.initial
    for step in range(of.case.sizes["T"]):
        y, state = of.kernel.step(of.case.parameters, of.inputs_at(step), state)
        found = of.named(y, state)
        yield from ((name, found[name], one[step]) for name, one in of.run.outputs.items())
    final = of.named(of.run.outputs, of.run.final)
    yield from ((one.final, found[one.final], final[one.final])
                for one in of.case.plan.program.delays)


def _segments(of: Subject) -> Pairs:
    parts = of.kernel.checkpointed(of.case.parameters, of.case.inputs, 2, of.case.initial)
    bars = of.case.y_bar
    found = parts.backward(bars if len(bars) > 1 else next(iter(bars.values())), of.case.final_bar)
    return ((name, one, of.gradients[name]) for name, one in found.items())


def _one_window(of: Subject) -> Pairs:
    """A window as long as the sequence cuts nothing off."""
    window = of.kernel.truncated(of.case.parameters, of.case.inputs, of.case.y_bar,
                                 of.case.sizes["T"], of.case.initial)
    whole = of.kernel.backward(of.run, of.case.y_bar)
    return ((name, one, whole[name]) for name, one in window.gradients.items())


def _tangents(of: Subject) -> Pairs:
    arrows = of.expected.arrows
    found = of.named(*of.kernel.jvp(of.case.parameters, of.case.inputs, arrows.parameters,
                                    arrows.inputs, of.case.initial, arrows.initial))
    return ((name, one, of.expected.tangents[name]) for name, one in found.items())


def _hessian(of: Subject) -> Pairs:
    arrows = of.expected.arrows
    found = of.kernel.hvp(of.case.parameters, of.case.inputs, of.case.y_bar, arrows.parameters,
                          arrows.inputs, of.case.initial, arrows.initial, of.case.final_bar)
    return ((name, one, of.expected.tangents[name]) for name, one in found.items())


def _online(of: Subject) -> Pairs:
    learner = of.kernel.rtrl(of.case.parameters, of.case.initial)
    for step in range(of.case.sizes["T"]):
        learner.step(of.inputs_at(step), {name: one[step] for name, one in of.case.y_bar.items()})
    found = learner.gradients(of.case.final_bar)
    return ((name, one, of.gradients[name]) for name, one in found.items())


def _masked(of: Subject) -> Pairs:
    """Sequences that end early: each is what it is alone."""
    lengths = [of.case.sizes["T"] - (sample % 3) for sample in range(of.case.sizes["B"])]
    run = of.kernel.forward(of.case.parameters, of.case.inputs, of.case.initial, lengths=lengths)
    for sample, length in enumerate(lengths):
        alone = of.alone(sample, length)
        yield from ((name, one[:length, sample], alone.outputs[name][:, 0])
                    for name, one in of.by_name(run.y).items())


@dataclass(frozen=True)
class Rung:
    """What is compared, with what, and how to come to both."""

    name: str
    against: str
    pairs: Callable[[Subject], Pairs]
    streams: bool = False
    tangents: bool = False


RUNGS = (
    Rung("forward", "the interpreted equations", _forward),
    Rung("backward", "the interpreted adjoint", _backward),
    Rung("directions", "complex steps", _directions),
    Rung("inference", "forward", _inference),
    Rung("steps", "forward", _steps, streams=True),
    Rung("segments", "backward", _segments, streams=True),
    Rung("one window", "backward", _one_window, streams=True),
    Rung("lengths", "each sequence alone", _masked),
    Rung("tangents", "complex steps", _tangents, tangents=True),
    Rung("Hessian products", "complex steps of the adjoint", _hessian, tangents=True),
    Rung("real-time recurrent learning", "backward", _online, streams=True),
)


def climb(kernel: Kernel, wanted: Expected, rungs: tuple[Rung, ...] = RUNGS) -> Iterator[Finding]:
    """What differs by more than rounding explains, rung by rung."""
    subject = Subject(kernel, wanted)
    for rung in rungs:
        if rung.streams and not wanted.case.plan.streams:
            continue
        values, noise = ((wanted.tangents, wanted.noise_of_tangents) if rung.tangents
                         else (wanted.values, wanted.noise))
        for what, got, right in rung.pairs(subject):
            unit = max(float(np.finfo(kernel.dtype).eps), noise.get(what, 0.0))
            error = off(got, right, scale(values, what) if what in values else 1.0)
            if not error <= UNITS * unit:
                yield Finding(f"{rung.name}: {what}", error, UNITS * unit)


def off(found: Any, wanted: Any, scale: float) -> float:
    """The largest difference in units of a scale."""
    return float(np.max(np.abs(np.asarray(found) - wanted), initial=0.0)) / scale


def scale(values: dict[str, Array], name: str) -> float:
    """The largest entry of an array, or a hundredth of the largest of all where it is smaller.

    What cancels to nothing leaves rounding of what it was made of.
    """
    largest = {key: float(np.max(np.abs(one), initial=0.0)) for key, one in values.items()}
    return max(largest[name], max(largest.values()) / 100) or 1.0
