"""Where gradients are measured: sizes, weights, one sequence of inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from symrnn.jacobians.paths import openers, recurrent_weights
from symrnn.program import Misused, Program, Role, Variable, quoted
from symrnn.program.draw import drawn
from symrnn.program.interpret import Interpreter
from symrnn.runtime.shapes import Array, Sizes, check_names
from symrnn.transforms.bias import only_added

SIZE = 8  # of every axis that nobody tells
RECURRENT = "recurrent"  # all weights from state to state, whatever they are called


@dataclass(frozen=True)
class Choice:
    """What a caller chose: sizes, weights or how they are drawn, the length of the sequence.

    ``scale`` and ``set`` go by names or patterns of parameters, ``U_*``; ``scale`` also by
    ``recurrent``, the weights from state to state.
    """

    sizes: Mapping[str, int] = field(default_factory=dict)
    steps: int = 50
    seed: int = 0
    weights: Mapping[str, Any] | None = None
    scale: Mapping[str, float] = field(default_factory=dict)
    set: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Start:
    """A network with all that a run needs: parameters, and inputs [T, 1, ...] by name."""

    program: Program
    sizes: Mapping[str, int]
    parameters: Mapping[str, Array]
    inputs: Mapping[str, Array]

    @property
    def steps(self) -> int:
        """How long the sequence is."""
        return self.sizes["T"]

    def positive(self) -> Start:
        """The same with sizes of numbers without signs, for formulas with logarithms and roots.

        What the equations' source draws by a formula stays as it is.
        """
        def free(arrays: Mapping[str, Array]) -> dict[str, Array]:
            return {name: array if self.program[name].drawn is not None else np.abs(array)
                    for name, array in arrays.items()}

        return replace(self, parameters=free(self.parameters), inputs=free(self.inputs))


def started(program: Program, choice: Choice) -> Start:
    """The weights that were given, or drawn ones, and a random sequence.

    Matrices are drawn from a normal distribution whose variance is one over their last axis;
    biases are 0, but 1 where that opens an additive path (-1 where that does); all other
    parameters lie between 0 and 1. Inputs are standard normal, masks 0 or 1. What the equations'
    source draws by a formula is drawn so. Raises Misused, ShapeError.
    """
    sizes = _sizes(program, choice)
    random = np.random.default_rng(choice.seed)
    drawn = drawn_parameters(program, sizes, random)
    given = drawn if choice.weights is None else {
        name: np.asarray(array, float) for name, array in choice.weights.items()}
    return Start(program, sizes, _adjusted(program, given, choice),
                 _sequence(program, sizes, random))


def drawn_parameters(program: Program, sizes: Mapping[str, int], random: np.random.Generator
                     ) -> dict[str, Array]:
    """Parameters as :func:`started` tells, of a network whose sizes are all known."""
    opening = {one.bias: float(one.sign) for one in openers(program)}

    def draw(one: Variable) -> Array:
        shape = [sizes[axis] for axis in one.axes]
        if len(shape) > 1:
            return random.normal(0, shape[-1] ** -0.5, shape)
        if only_added(program, one.name):
            return np.full(shape, opening.get(one.name, 0.0))
        return random.random(shape)

    own = sorted(program.with_role(Role.PARAMETER), key=_name)
    return {**{one.name: draw(one) for one in own},
            **drawn(program, (Role.PARAMETER,), sizes, random)}


def _name(variable: Variable) -> str:
    return variable.name


def _sequence(program: Program, sizes: Mapping[str, int], random: np.random.Generator
              ) -> dict[str, Array]:
    """Inputs and masks of one sample; every step counts."""
    def shape(one: Variable) -> list[int]:
        return [sizes[axis] for axis in one.shape]

    return {**{one.name: random.normal(size=shape(one)) for one in program.with_role(Role.INPUT)},
            **{one.name: random.integers(0, 2, shape(one)).astype(float)
               for one in program.with_role(Role.MASK)},
            **{one.name: np.ones(shape(one)) for one in program.with_role(Role.STEP_MASK)},
            **drawn(program, (Role.INPUT,), sizes, random)}


def _sizes(program: Program, choice: Choice) -> dict[str, int]:
    """All sizes: those that weights tell, those that were chosen, else a small one."""
    told = {} if choice.weights is None else _of_weights(program, choice.weights)
    for name, size in told.items():
        if choice.sizes.get(name, size) != size:
            raise Misused(f"{name} is {size} in the weights, so it cannot be "
                          f"{choice.sizes[name]}; leave it out")
    free = [one.name for one in program.sizes if one.value is None]
    chosen = {name: choice.sizes.get(name, SIZE) for name in free} | told
    sizes = {"T": choice.steps + 1, "B": 1, **{name: chosen[name] for name in free}}
    return Interpreter(program, {}, sizes).sizes


def _of_weights(program: Program, weights: Mapping[str, Any]) -> dict[str, int]:
    """The sizes that arrays tell. Raises ShapeError for other names and shapes."""
    own, sizes = program.with_role(Role.PARAMETER), Sizes(program, np.dtype(float))
    check_names(weights, [one.name for one in own], "parameter")
    for one in own:
        sizes.take(one, weights[one.name], one.name)
    sizes.complete()
    return dict(sizes.known)


def _adjusted(program: Program, given: Mapping[str, Array], choice: Choice) -> dict[str, Array]:
    """The parameters, scaled and set as somebody asked."""
    found = dict(given)
    for pattern, factor in choice.scale.items():
        for name in matching(program, pattern):
            found[name] = factor * found[name]
    for pattern, value in choice.set.items():
        for name in matching(program, pattern):
            found[name] = np.full_like(found[name], value)
    return found


def matching(program: Program, pattern: str) -> tuple[str, ...]:
    """The parameters that a name, a pattern or ``recurrent`` means."""
    own = [one.name for one in program.with_role(Role.PARAMETER)]
    if pattern == RECURRENT and pattern not in own:
        return recurrent_weights(program)
    return tuple(name for name in own if fnmatchcase(name, pattern))


def refuse_unknown(programs: Iterable[Program], choice: Choice) -> None:
    """Raise Misused for a size or a parameter that no network has, and for too few steps."""
    programs = tuple(programs)
    sizes = dict.fromkeys(one.name for each in programs for one in each.sizes if one.value is None)
    for name, size in choice.sizes.items():
        if name not in sizes or size < 1:
            raise Misused(f"there is no size {quoted(name)} = {size}; sizes are from 1 on, and "
                          f"there are {', '.join(sizes)}")
    for pattern in (*choice.scale, *choice.set):
        if not any(matching(one, pattern) for one in programs):
            known = dict.fromkeys(one.name for each in programs
                                  for one in each.with_role(Role.PARAMETER))
            raise Misused(f"no parameter is called {quoted(pattern)}; there are "
                          f"{', '.join(known)}, and {RECURRENT} for the weights from state to "
                          f"state")
    if choice.steps < 2:
        raise Misused(f"steps is {choice.steps}; gradients need at least 2 steps to travel")
    if choice.weights is not None and len(programs) > 1:
        raise Misused("weights belong to one network; measure others in another call")
