"""The ladder: all that a kernel computes, held against what knows less of how it is computed.

The lowest rung is the equations themselves, interpreted one by one; derivatives are held against
complex steps, which know no rule of differentiation. What is left compares ways to the same
numbers: a step at a time, in segments, masked, forward mode, real-time recurrent learning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.checking.numeric import UNITS, Finding, Pair
from symrnn.checking.subject import Expected, Subject, off, scales
from symrnn.runtime import Kernel

Pairs = Iterator[Pair]


def _forward(of: Subject, wanted: Expected) -> Pairs:
    found = of.named(of.run.outputs, of.run.final)
    return ((name, found[name], wanted.values[name]) for name in found)


def _backward(of: Subject, wanted: Expected) -> Pairs:
    return ((name, found, wanted.values[name]) for name, found in of.gradients.items())


def _directions(of: Subject, wanted: Expected) -> Pairs:
    """Derivatives by each variable along a direction: sums, as exact as what they are sums of."""
    sums = {name: np.abs(of.gradients[name]).sum() for name in wanted.directions}
    sizes = scales(sums)
    for name, slope in wanted.slopes.items():
        unit = sizes[name] / wanted.scales[name]
        yield name, np.sum(of.gradients[name] * wanted.directions[name]) / unit, slope / unit


def _inference(of: Subject, wanted: Expected) -> Pairs:
    found = of.kernel.infer(of.case.parameters, of.case.inputs, of.case.initial)
    forward = of.named(of.run.outputs, of.run.final)
    return ((name, one, forward[name]) for name, one in of.named(*found).items())


def _steps(of: Subject, wanted: Expected) -> Pairs:
    steps = tuple(of.streamed())
    for step, (outputs, _) in enumerate(steps):
        yield from ((name, outputs[name], one[step]) for name, one in of.run.outputs.items())
    yield from ((one.final, steps[-1][1][one.state], of.run.final[one.state])
                for one in of.case.plan.program.delays)


def _segments(of: Subject, wanted: Expected) -> Pairs:
    parts = of.kernel.checkpointed(of.case.parameters, of.case.inputs, 2, of.case.initial)
    bars = of.case.y_bar
    found = parts.backward(bars if len(bars) > 1 else next(iter(bars.values())), of.case.final_bar)
    return ((name, one, of.gradients[name]) for name, one in found.items())


def _one_window(of: Subject, wanted: Expected) -> Pairs:
    """A window as long as the sequence cuts nothing off."""
    window = of.kernel.truncated(of.case.parameters, of.case.inputs, of.case.y_bar,
                                 of.case.sizes["T"], of.case.initial)
    whole = of.kernel.backward(of.run, of.case.y_bar)
    return ((name, one, whole[name]) for name, one in window.gradients.items())


def _tangents(of: Subject, wanted: Expected) -> Pairs:
    arrows = wanted.arrows
    found = of.named(*of.kernel.jvp(of.case.parameters, of.case.inputs, arrows.parameters,
                                    arrows.inputs, of.case.initial, arrows.initial))
    return ((name, one, wanted.tangents[name]) for name, one in found.items())


def _hessian(of: Subject, wanted: Expected) -> Pairs:
    arrows = wanted.arrows
    found = of.kernel.hvp(of.case.parameters, of.case.inputs, of.case.y_bar, arrows.parameters,
                          arrows.inputs, of.case.initial, arrows.initial, of.case.final_bar)
    return ((name, one, wanted.tangents[name]) for name, one in found.items())


def _online(of: Subject, wanted: Expected) -> Pairs:
    learner = of.kernel.rtrl(of.case.parameters, of.case.initial)
    for step in range(of.case.sizes["T"]):
        learner.step(of.inputs_at(step), {name: one[step] for name, one in of.case.y_bar.items()})
    found = learner.gradients(of.case.final_bar)
    return ((name, one, of.gradients[name]) for name, one in found.items())


def _masked(of: Subject, wanted: Expected) -> Pairs:
    """Sequences that end early: each is what it is alone."""
    lengths = [of.case.sizes["T"] - (sample % 3) for sample in range(of.case.sizes["B"])]
    run = of.kernel.forward(of.case.parameters, of.case.inputs, of.case.initial, lengths=lengths)
    for sample, length in enumerate(lengths):
        alone = of.alone(sample, length)
        yield from ((name, one[:length, sample], alone.outputs[name][:, 0])
                    for name, one in of.by_name(run.y).items())


@dataclass(frozen=True)
class Rung:
    """What is compared, with what, and how to come to both.

    ``related`` ones want the kernel of another network, derived from this one, which takes longer
    than all the others together; of these ``tangents`` are held against those of the equations.
    """

    name: str
    against: str
    pairs: Callable[[Subject, Expected], Pairs]
    streams: bool = False
    tangents: bool = False
    related: bool = False


RUNGS = (
    Rung("forward", "the interpreted equations", _forward),
    Rung("backward", "the interpreted adjoint", _backward),
    Rung("directions", "complex steps", _directions),
    Rung("inference", "forward", _inference),
    Rung("steps", "forward", _steps, streams=True),
    Rung("segments", "backward", _segments, streams=True),
    Rung("one window", "backward", _one_window, streams=True),
    Rung("lengths", "each sequence alone", _masked, related=True),
    Rung("tangents", "complex steps", _tangents, tangents=True, related=True),
    Rung("Hessian products", "complex steps of the adjoint", _hessian, tangents=True, related=True),
    Rung("real-time recurrent learning", "backward", _online, streams=True, related=True),
)


@dataclass(frozen=True)
class Held:
    """An array that was held against another: how many numbers, and the worst of them.

    ``error`` is in units of the array's scale, ``rounding`` one unit in the last place there.
    """

    rung: str
    against: str
    array: str
    numbers: int
    error: float
    bound: float
    rounding: float
    entry: tuple[int, ...]
    found: float
    right: float

    @property
    def holds(self) -> bool:
        """False where the difference is more than rounding explains, or no number."""
        return self.error <= self.bound

    def __str__(self) -> str:
        return (f"{self.rung}: entry {list(self.entry)} of {self.array} is {self.found!r}, but "
                f"{self.right!r} by {self.against}: off by {self.error:.1e} of the largest entry "
                f"(bound {self.bound:.1e})")


def held(kernel: Kernel, wanted: Expected, rungs: tuple[Rung, ...] = RUNGS) -> Iterator[Held]:
    """All that is compared, rung by rung."""
    subject = Subject(kernel, wanted.case)
    for rung in rungs:
        if rung.streams and not wanted.case.plan.streams:
            continue
        sizes, noise = ((wanted.scales_of_tangents, wanted.noise_of_tangents) if rung.tangents
                        else (wanted.scales, wanted.noise))
        for what, got, right in rung.pairs(subject, wanted):
            rounding = float(np.finfo(kernel.dtype).eps)
            unit = UNITS * max(rounding, noise.get(what, 0.0))
            yield compared(rung.name, rung.against, what, got, right, sizes.get(what, 1.0), unit,
                           rounding)


def compared(rung: str, against: str, what: str, got: Any, right: Any, size: float,
             bound: float, rounding: float) -> Held:
    """One array against another; what is no number is the worst of all."""
    found, wanted = np.broadcast_arrays(np.asarray(got), np.asarray(right))
    apart = np.abs(found - wanted)
    if not found.size:
        return Held(rung, against, what, 0, 0.0, bound, rounding, (), 0.0, 0.0)
    entry = tuple(map(int, np.unravel_index(np.argmax(apart), apart.shape)))  # the first NaN
    return Held(rung, against, what, found.size, off(got, right, size), bound, rounding, entry,
                float(found[entry]), float(wanted[entry]))


def climb(kernel: Kernel, wanted: Expected, rungs: tuple[Rung, ...] = RUNGS) -> Iterator[Finding]:
    """What differs by more than rounding explains, rung by rung."""
    return (Finding(f"{one.rung}: {one.array}", one.error, one.bound)
            for one in held(kernel, wanted, rungs) if not one.holds)
