"""Reference values for kernels: random cases, the interpreter, complex-step derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.adjoint import DIFFERENTIABLE, join
from symrnn.program import FED, Program, Role, Variable
from symrnn.program.draw import drawn
from symrnn.program.interpret import Interpreter
from symrnn.schedule import Plan

Array = npt.NDArray[Any]
STEP = 1e-30


@dataclass(frozen=True)
class Case:
    """A random case: values of everything given and of the cotangents from outside."""

    plan: Plan
    sizes: dict[str, int]
    values: dict[str, Array]

    @property
    def parameters(self) -> dict[str, Array]:
        """The parameters by name."""
        return self._group(Role.PARAMETER)

    @property
    def inputs(self) -> dict[str, Array]:
        """The inputs by name, masks among them."""
        return self._group(*FED)

    def _group(self, *roles: Role) -> dict[str, Array]:
        return {one.name: self.values[one.name] for one in self.plan.program.with_role(*roles)}

    @property
    def initial(self) -> dict[str, Array]:
        """The initial states by the name of the state."""
        return {one.state: self.values[one.initial] for one in self.plan.program.delays}

    @property
    def y_bar(self) -> dict[str, Array]:
        """The outputs' cotangents by the name of the output."""
        outputs = self.plan.program.outputs
        return {one.of: self.values[one.name] for one in
                self.plan.gradient.with_role(Role.COTANGENT) if one.of in outputs}

    @property
    def final_bar(self) -> dict[str, Array]:
        """The final states' cotangents by the name of the state."""
        bars = {one.of: self.values[one.name] for one in
                self.plan.gradient.with_role(Role.COTANGENT)}
        return {one.state: bars[one.final] for one in self.plan.program.delays}


def random_case(plan: Plan, seed: int = 0, steps: int = 4, batch: int = 2,
                positive: bool = False, smallest: int = 2, different: int | None = None,
                chosen: Mapping[str, int] | None = None,
                limits: tuple[float, float] | None = None) -> Case:
    """A case with sizes that all differ, from ``smallest`` on, and entries around one half.

    That keeps away from saturation while sizes are small. Of ``different`` sizes the first comes
    again after the last one. What the equations' source draws by a formula is drawn so.
    ``chosen`` are other sizes by name; between ``limits`` lies all but the cotangents.
    """
    free = [one.name for one in plan.program.sizes if one.value is None]
    sizes = {"T": steps, "B": batch, **{name: smallest + place % (different or len(free))
                                         for place, name in enumerate(free)}, **(chosen or {})}
    sizes = Interpreter(plan.program, {}, sizes).sizes
    random = np.random.default_rng(seed)
    wanted = {one.name: one for one in (*plan.program.variables, *plan.gradient.variables)
              if one.role in (*DIFFERENTIABLE, Role.COTANGENT)}
    values = {name: random.normal(0, 0.6, [sizes[axis] for axis in one.shape])
              if limits is None or one.role is Role.COTANGENT
              else random.uniform(*limits, [sizes[axis] for axis in one.shape])
              for name, one in sorted(wanted.items())}
    values = {name: np.abs(one) for name, one in values.items()} if positive else values
    masks = {one.name: random.integers(0, 2, [sizes[axis] for axis in one.shape]).astype(float)
             for one in plan.program.with_role(Role.MASK, Role.STEP_MASK, Role.START)}
    told = drawn(plan.program, DIFFERENTIABLE, sizes, random)
    return Case(plan, sizes, {**values, **masks, **told})


def finite_case(plan: Plan, seed: int = 0) -> Case | None:
    """A random case whose values are finite, of positive numbers if need be (log, sqrt).

    None where neither is: the arguments leave the domain of some function.
    """
    with np.errstate(all="ignore"):
        for positive in (False, True):
            case = random_case(plan, seed, positive=positive)
            if all(np.isfinite(one).all() for one in interpreted_values(case).values()):
                return case
    return None


def differentiable(program: Program) -> tuple[Variable, ...]:
    """What gradients are taken by: inputs, parameters, initial states."""
    return program.with_role(*DIFFERENTIABLE)


def interpreted_gradients(case: Case) -> dict[str, Array]:
    """Every gradient, entry by entry, from the interpreted adjoint program."""
    both = join(case.plan.program, case.plan.gradient)
    interpreter = Interpreter(both, case.values, case.sizes)
    return {one.of: interpreter.whole(one.name)
            for one in case.plan.gradient.with_role(Role.GRADIENT)}


def interpreted_values(case: Case) -> dict[str, Array]:
    """Outputs and final states from the interpreted equations."""
    program = case.plan.program
    names = (*program.outputs, *(one.final for one in program.delays))
    return Interpreter(program, case.values, case.sizes).run(*names)


def losses(case: Case, values: Mapping[str, Array]) -> Array:
    """The linear loss that the case's cotangents define, at other values of what is given.

    Axes in front of these values are variants, each with a loss of its own.
    """
    program = case.plan.program
    interpreter = Interpreter(program, {**case.values, **values}, case.sizes)
    finals = {one.final: case.final_bar[one.state] for one in program.delays}
    total: Array = np.zeros(())
    for name, bar in {**case.y_bar, **finals}.items():
        total = total + np.sum(bar * interpreter.whole(name), axis=tuple(range(-bar.ndim, 0)))
    return total


def along(case: Case, directions: Mapping[str, Array]) -> Array:
    """The loss's derivative along a direction, by complex step: exact to rounding.

    A direction moves several variables at once; axes in front of it are variants.
    """
    moved = {name: case.values[name] + 1j * STEP * one for name, one in directions.items()}
    return losses(case, moved).imag / STEP


def along_each(case: Case, directions: Mapping[str, Array]) -> dict[str, float]:
    """The loss's derivative along each direction alone."""
    alone = np.eye(len(directions))
    found = along(case, {name: np.multiply.outer(alone[place], one)
                         for place, (name, one) in enumerate(directions.items())})
    each = np.broadcast_to(found, len(directions))  # the loss may depend on none of them
    return dict(zip(directions, each.tolist(), strict=True))


def complex_step_gradient(case: Case, name: str) -> Array:
    """The loss's gradient by one variable, entry by entry."""
    shape, size = case.values[name].shape, case.values[name].size
    found = along(case, {name: np.eye(size).reshape(-1, *shape)})
    return np.broadcast_to(found, size).reshape(shape)
