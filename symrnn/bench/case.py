"""The arrays of one race, and what must come out of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from symrnn.bench.kinds import Kind
from symrnn.bench.workloads import Workload
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import INPUTS, Program, ProgramError, Role
from symrnn.program.interpret import Interpreter
from symrnn.runtime.shapes import Array

STREAMED = 8  # steps of a stream that are compared
UNITS = 200  # of float32's rounding: sums of a few thousand terms over a hundred steps


@dataclass(frozen=True)
class Case:
    """A workload's program with float32 arrays: parameters, the input, the output's cotangent.

    ``x`` is [T, B, n], ``y_bar`` [T, B, p]. Initial states are zero.
    """

    workload: Workload
    program: Program
    sizes: dict[str, int]
    parameters: dict[str, Array]
    x: Array
    y_bar: Array

    @property
    def input_name(self) -> str:
        """The name of the one input."""
        return self.program.with_role(Role.INPUT)[0].name

    def zeros(self, *names: str) -> dict[str, Array]:
        """Arrays of zeros for some variables of a batch, such as initial states."""
        return {name: np.zeros([self.sizes[axis] for axis in self.program[name].shape], np.float32)
                for name in names}

    @property
    def initial(self) -> dict[str, Array]:
        """States before the first step, by the name of the variable: ``initial.h``."""
        return self.zeros(*(one.initial for one in self.program.delays))

    @cached_property
    def expected(self) -> dict[str, Array]:
        """The output ``y``; in training every gradient too. Computed in float64."""
        kernel = compile(self.program, "numpy", "float64")
        run = kernel.forward(self.parameters, self.x)
        if self.workload.kind is not Kind.TRAINING:
            return {"y": run.y}
        gradients = kernel.backward(run, self.y_bar)
        wanted = (*self.parameters, self.input_name)
        return {"y": run.y, **{f"grad {name}": gradients[name] for name in wanted}}

    def error(self, results: dict[str, Array]) -> float:
        """The largest error in units of each array's largest entry.

        Raises ProgramError where something expected is missing.
        """
        missing = sorted(set(self.expected) - set(results))
        if missing:
            raise ProgramError(f"{missing[0]} was not computed; an adapter must give all results")
        largest = max(_largest(wanted) for wanted in self.expected.values())
        return max(_relative(results[name], wanted, largest)
                   for name, wanted in self.expected.items())


BOUND = UNITS * float(np.finfo(np.float32).eps)


def make_case(workload: Workload, seed: int = 0) -> Case:
    """A case with weights of the size that they have in training, one over the root of m.

    Narrow ones are rounded: all compute with the same numbers, whatever they hold them as.
    Raises ProgramError for a network with several inputs or outputs, or without a stream.
    """
    program = workload.program()
    inputs = program.with_role(*INPUTS)
    if len(inputs) != 1 or len(program.outputs) != 1 or not derive(program).streams:
        raise ProgramError(f"{program.name} cannot be raced: it needs one input, one output and "
                           f"no scan in reverse; choose a single cell")
    sizes = _sizes(program, workload)
    random, scale = np.random.default_rng(seed), workload.m ** -0.5

    def uniform(name: str, width: float) -> Array:
        shape = [sizes[axis] for axis in program[name].shape]
        made = random.uniform(-width, width, shape).astype(np.float32)
        made.flags.writeable = False  # contenders share it
        return made

    parameters = {one.name: uniform(one.name, scale) for one in program.with_role(Role.PARAMETER)}
    if workload.weights:
        rounding = compile(program, "numpy", "float32", weights=workload.weights)
        parameters = rounding.rounded(parameters)
    return Case(workload, program, sizes, parameters, uniform(inputs[0].name, 1.0),
                uniform(program.outputs[0], 1.0))


def _sizes(program: Program, workload: Workload) -> dict[str, int]:
    """Every free size is m, but for the input's axes, which may be n."""
    wide = {axis for one in program.with_role(Role.INPUT) for axis in one.axes}
    steps = STREAMED if workload.kind is Kind.STEP else workload.steps
    free = {one.name: (workload.n or workload.m) if one.name in wide else workload.m
            for one in program.sizes if one.value is None}
    return Interpreter(program, {}, {"T": steps, "B": workload.batch, **free}).sizes


def _largest(array: Array) -> float:
    return float(np.max(np.abs(array)))


def _relative(got: Array, wanted: Array, largest: float) -> float:
    """The error by the array's largest entry; by the largest of all where it is a mere zero.

    A gradient may vanish by cancellation, which leaves float64's rounding in what is wanted.
    """
    if got.shape != wanted.shape:
        return float("inf")
    own = _largest(wanted)
    scale = max(own if own > 1e-12 * largest else largest, float(np.finfo(np.float32).tiny))
    error = float(np.max(np.abs(np.asarray(got, np.float64) - wanted))) / scale
    return error if np.isfinite(error) else float("inf")

