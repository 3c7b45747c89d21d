"""A cell against a loop that was written from its paper: one sample, one step at a time.

    def loop(parameters, inputs, initial):
        h, shown = initial["h"], []
        for x in inputs["x"]:
            h = np.tanh(parameters["W"] @ x + parameters["U"] @ h + parameters["b"])
            shown.append(h)
        return {"h": shown}

    compare(elman(readout=False), loop)

The loop knows nothing of symrnn. It takes complex arrays too, so that its gradients come from
complex steps, of which no derivation knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.pipeline import compile
from symrnn.program import INPUTS, Program, Role, Span
from symrnn.program.interpret import Interpreter

Values = Mapping[str, Any]
Loop = Callable[[Values, Values, Values], Mapping[str, Any]]

BOUND, STEP = 1e-12, 1e-30
KERNELS = (("numpy", "simd"), ("c", "portable"), ("c", "simd"))


def compare(program: Program, loop: Loop, *, sizes: Mapping[str, int] | None = None,
            steps: int = 7, batch: int = 3, given: Values | None = None, seed: int = 0,
            spread: float = 0.6) -> None:
    """Assert that every kernel computes what the loop does, gradients included, in float64.

    ``loop(parameters, inputs, initial)`` gets one sample: inputs [T, ...], initial states [...].
    It returns every output by its name, [T, ...], and as many states as it likes, of which the
    last step is compared with ``run.final``. Free sizes are 3, 5, 7 and so on in turn, unless
    ``sizes`` tells them; all values are normal with the deviation ``spread``, unless ``given``
    tells them: parameters, inputs, and initial states as ``"initial.h"``.
    """
    case = drawn(program, loop, sizes or {}, steps, batch, given or {}, seed, spread)
    wanted = case.values()
    random = np.random.default_rng(seed + 1)
    bars = {name: random.normal(size=array.shape) for name, array in wanted.items()}
    slopes = case.gradients(bars)
    for backend, profile in KERNELS:
        kernel = compile(program, backend, "float64", profile=profile)
        run = kernel.forward(case.part(case.parameters), case.part(case.inputs), case.initial())
        computed = {**run.outputs, **_named("final", run.final)}
        made = kernel.backward(run, {name: bars[name] for name in program.outputs},
                               {one.state: bars[f"final.{one.state}"] for one in program.delays
                                if f"final.{one.state}" in bars})
        where = f"{program.name}, {backend} {profile}: "
        for name, array in wanted.items():
            _same(computed[name], array, where + name)
        for name, array in slopes.items():
            _same(made[name], array, f"{where}the gradient of {name}")


def _same(found: Any, wanted: Any, what: str) -> None:
    assert np.shape(found) == np.shape(wanted), f"{what}: {np.shape(found)} {np.shape(wanted)}"
    scale = np.abs(wanted).max(initial=0.0) or 1.0
    off = np.abs(found - wanted).max(initial=0.0) / scale
    assert off <= BOUND, f"{what} is off by {off:.1e} of its largest entry"


def _named(prefix: str, values: Values) -> dict[str, Any]:
    return {f"{prefix}.{name}": one for name, one in values.items()}


@dataclass(frozen=True)
class Case:
    """Everything that is given to a program, and what a loop makes of it."""

    loop: Loop
    program: Program
    batch: int
    given: dict[str, Any]
    parameters: frozenset[str]
    inputs: frozenset[str]

    def part(self, names: frozenset[str]) -> dict[str, Any]:
        """The values of these names."""
        return {name: one for name, one in self.given.items() if name in names}

    def initial(self) -> dict[str, Any]:
        """The initial states, by the name of the state."""
        return {one.state: self.given[f"initial.{one.state}"] for one in self.program.delays}

    def values(self) -> dict[str, Any]:
        """Outputs [T, B, ...], and final states [B, ...] as ``"final.h"``."""
        samples = [self._run(self._of(sample)) for sample in range(self.batch)]
        assert samples[0].keys() >= {*self.program.outputs}, "the loop returns too few outputs"
        return {name: np.stack([one[name] for one in samples], axis=self._batch_axis(name))
                for name in samples[0]}

    def gradients(self, bars: Values) -> dict[str, Any]:
        """The gradients of ``sum(bar * value)``, entry by entry, by complex steps."""
        made = {name: np.zeros(array.shape) for name, array in self.given.items()}
        for sample in range(self.batch):
            own = self._of(sample)
            mine = {name: np.take(bar, sample, self._batch_axis(name))
                    for name, bar in bars.items()}
            for name, array in made.items():
                shared = name in self.parameters
                part = array if shared else np.moveaxis(array, self._batch_axis(name), 0)[sample]
                part += self._slopes(own, name, mine)
        return made

    def _slopes(self, own: Values, name: str, bars: Values) -> Any:
        """One sample's share of the gradient by one array."""
        slopes = np.zeros(np.shape(own[name]))
        for place in np.ndindex(slopes.shape):
            moved = own[name].astype(complex)
            moved[place] += 1j * STEP
            values = self._run({**own, name: moved})
            slopes[place] = sum(np.sum(bar * np.imag(values[one])) / STEP
                                for one, bar in bars.items())
        return slopes

    def _of(self, sample: int) -> dict[str, Any]:
        """Everything that one sample sees."""
        return {name: one if name in self.parameters
                else np.asarray(np.take(one, sample, self._batch_axis(name)))
                for name, one in self.given.items()}

    def _batch_axis(self, name: str) -> int:
        """Where the samples stand: behind the steps, where there are steps."""
        states = name.startswith(("initial.", "final."))
        return 1 if not states and self.program[name].span is Span.SEQUENCE else 0

    def _run(self, own: Values) -> dict[str, Any]:
        """The loop on one sample: outputs [T, ...], and final states [...]."""
        states = {one.state: own[f"initial.{one.state}"] for one in self.program.delays}
        made = self.loop({name: own[name] for name in self.parameters},
                         {name: own[name] for name in self.inputs}, states)
        outputs = {name: np.array(made[name]) for name in self.program.outputs if name in made}
        last = {name: np.array(one[-1]) for name, one in made.items() if name in states}
        return {**outputs, **_named("final", last)}


def drawn(program: Program, loop: Loop, sizes: Mapping[str, int], steps: int, batch: int,
          given: Values, seed: int, spread: float) -> Case:
    """A case with random values for all that is not given."""
    free = [one.name for one in program.sizes if one.value is None]
    odd = {name: 3 + 2 * place for place, name in enumerate(free)}
    lengths = Interpreter(program, {}, {"T": steps, "B": batch, **odd, **sizes}).sizes
    random = np.random.default_rng(seed)
    axes = {one.name: one.shape for one in program.with_role(Role.PARAMETER, *INPUTS)}
    axes |= {f"initial.{one.state}": program[one.initial].shape for one in program.delays}
    values = {}
    for name, names in axes.items():
        shape = [lengths[axis] for axis in names]
        values[name] = np.array(np.broadcast_to(
            given.get(name, random.normal(0, spread, shape)), shape), dtype=float)
    return Case(loop, program, batch, values,
                frozenset(one.name for one in program.with_role(Role.PARAMETER)),
                frozenset(one.name for one in program.with_role(*INPUTS)))
