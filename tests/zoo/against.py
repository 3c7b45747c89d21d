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
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symrnn.kernels import compile
from symrnn.program import INPUTS, Program, Role, Span
from symrnn.program.interpret import Interpreter

Values = Mapping[str, Any]
Loop = Callable[[Values, Values, Values], Mapping[str, Any]]

BOUND, STEP = 1e-12, 1e-30
SECOND_BOUND, SECOND_STEP = 1e-7, 1e-5  # central differences lose half of the digits
KERNELS = (("numpy", "simd"), ("c", "portable"), ("c", "simd"))


def compare(program: Program, loop: Loop, *, sizes: Mapping[str, int] | None = None,
            steps: int = 7, batch: int = 3, given: Values | None = None, seed: int = 0,
            spread: float = 0.6) -> None:
    """Assert that every kernel computes what the loop does, gradients included, in float64.

    ``loop(parameters, inputs, initial)`` gets one sample: inputs [T, ...], initial states [...].
    It returns every output by its name, [T, ...], and as many states as it likes, of which the
    last step is compared with ``run.final``. Free sizes are 3, 5, 7 and so on in turn, unless
    ``sizes`` tells them; all values are normal with the deviation ``spread``, unless ``given``
    tells them: parameters, inputs, and initial states as ``"initial.h"``. The NumPy kernel is
    held against it with sequences of different lengths too, and along directions.
    """
    case = drawn(program, loop, sizes or {}, steps, batch, given or {}, seed, spread)
    wanted, random = case.values(), np.random.default_rng(seed + 1)
    bars = {name: random.normal(size=array.shape) for name, array in wanted.items()}
    slopes = case.gradients(bars)
    for backend, profile in KERNELS:
        kernel = compile(program, backend, "float64", profile=profile)
        _held(kernel, case, bars, wanted, slopes, f"{program.name}, {backend} {profile}: ")
    kernel = compile(program, "numpy", "float64")
    shorter = replace(case, lengths=tuple(max(1, steps >> one) for one in range(batch)))
    _held(kernel, shorter, bars, shorter.values(), shorter.gradients(bars),
          f"{program.name}, lengths {shorter.lengths}: ")
    _held_along(kernel, case, bars, random)


def _held(kernel: Any, case: Case, bars: Values, wanted: Values, slopes: Values,
          where: str) -> None:
    """Outputs, final states and gradients of a kernel."""
    run = kernel.forward(case.part(case.parameters), case.part(case.inputs), case.initial(),
                         lengths=case.lengths)
    computed = {**_outputs(case.program, run.y), **_named("final", run.final)}
    for name, array in wanted.items():
        _same(computed[name], array, where + name)
    made = kernel.backward(run, *_split(case.program, bars))
    for name, array in slopes.items():
        _same(made[name], array, f"{where}the gradient of {name}")


def _held_along(kernel: Any, case: Case, bars: Values, random: np.random.Generator) -> None:
    """The derivative of all values along a direction, and that of the gradients."""
    way, other = ({name: random.normal(size=one.shape) for name, one in case.given.items()}
                  for _ in range(2))
    arguments = case.part(case.parameters), case.part(case.inputs)
    dots = {"params_dot": case.part(case.parameters, way), "x_dot": case.part(case.inputs, way),
            "initial": case.initial(), "initial_dot": case.initial(way)}
    y_dot, final_dot = kernel.jvp(*arguments, **dots)
    found = {**_outputs(case.program, y_dot), **_named("final", final_dot)}
    for name, array in case.along(way).items():
        _same(found[name], array, f"{case.program.name}: the tangent of {name}")

    y_bar, final_bar = _split(case.program, bars)
    changes = kernel.hvp(*arguments, y_bar, final_bar=final_bar, **dots)
    products = [float(np.sum(one * other[name])) for name, one in changes.items()]
    off = abs(sum(products) - _second_derivative(case, bars, way, other))
    slopes = [float(np.sum(np.abs(bars[name] * one))) for name, one in case.along(other).items()]
    most = SECOND_BOUND * sum(map(abs, [*products, *slopes]))  # of slopes, differences are taken
    assert off <= most, f"{case.program.name}: the Hessian along two directions is off by {off}"


def _second_derivative(case: Case, bars: Values, way: Values, other: Values) -> float:
    """That of ``sum(bar * value)`` along two directions: central differences of complex steps.

    Two steps of different length cancel the error that grows with the square of the step.
    """
    def slope(step: float) -> float:
        return sum(float(np.sum(bars[name] * one))
                   for name, one in case.moved(way, step).along(other).items())

    near, far = ((slope(step) - slope(-step)) / (2 * step)
                 for step in (SECOND_STEP, 2 * SECOND_STEP))
    return (4 * near - far) / 3


def _outputs(program: Program, y: Any) -> dict[str, Any]:
    """Outputs by name; a kernel returns one alone."""
    return y if isinstance(y, dict) else {program.outputs[0]: y}


def _split(program: Program, bars: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cotangents of the outputs, and those of the final states by the name of the state."""
    return ({name: bars[name] for name in program.outputs},
            {one.state: bars[f"final.{one.state}"] for one in program.delays
             if f"final.{one.state}" in bars})


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
    lengths: tuple[int, ...] | None = None

    def part(self, names: frozenset[str], values: Values | None = None) -> dict[str, Any]:
        """The values of these names, or others in place of those that are given."""
        return {name: one for name, one in (values or self.given).items() if name in names}

    def initial(self, values: Values | None = None) -> dict[str, Any]:
        """The same of the initial states, by the name of the state."""
        return {one.state: (values or self.given)[f"initial.{one.state}"]
                for one in self.program.delays}

    def moved(self, way: Values, step: float) -> Case:
        """The case a step away."""
        return replace(self, given={name: one + step * way[name]
                                    for name, one in self.given.items()})

    def along(self, way: Values) -> dict[str, Any]:
        """The derivatives of all values along a direction, by a complex step."""
        return {name: one.imag / STEP for name, one in self.moved(way, 1j * STEP).values().items()}

    def values(self) -> dict[str, Any]:
        """Outputs [T, B, ...], and final states [B, ...] as ``"final.h"``."""
        samples = [self._run(self._of(sample), sample) for sample in range(self.batch)]
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
                part += self._slopes(own, name, mine, sample)
        return made

    def _slopes(self, own: Values, name: str, bars: Values, sample: int) -> Any:
        """One sample's share of the gradient by one array."""
        slopes = np.zeros(np.shape(own[name]))
        for place in np.ndindex(slopes.shape):
            moved = own[name].astype(complex)
            moved[place] += 1j * STEP
            values = self._run({**own, name: moved}, sample)
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

    def _run(self, own: Values, sample: int) -> dict[str, Any]:
        """The loop on one sample: outputs [T, ...], zero behind its end, and final states."""
        states = {one.state: own[f"initial.{one.state}"] for one in self.program.delays}
        end = None if self.lengths is None else self.lengths[sample]
        steps = {name: own[name][:end] if self._batch_axis(name) else own[name]
                 for name in self.inputs}
        made = self.loop({name: own[name] for name in self.parameters}, steps, states)
        outputs = {name: np.array(made[name]) for name in self.program.outputs if name in made}
        behind = 0 if end is None else max(len(own[name]) for name in self.inputs) - end
        padded = {name: np.concatenate([one, np.zeros((behind, *one.shape[1:]))])
                  for name, one in outputs.items()}
        last = {name: np.array(one[-1]) for name, one in made.items() if name in states}
        return {**padded, **_named("final", last)}


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
