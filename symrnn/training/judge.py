"""A network and its loss as one kernel: the loss of a batch, and its gradients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symrnn.kernels import Threads, compile
from symrnn.learner import Learner
from symrnn.losses import with_loss
from symrnn.program import Misused, Program, Role
from symrnn.runtime import Kernel, Run
from symrnn.runtime.core import Core
from symrnn.runtime.shapes import Array, Arrays, Sizes
from symrnn.runtime.windows import Windows
from symrnn.training.sequences import Sequences


@dataclass(frozen=True)
class Machine:
    """What computes: the arguments of :func:`symrnn.compile`."""

    backend: str
    dtype: npt.DTypeLike
    threads: Threads

    @property
    def told(self) -> dict[str, str]:
        """What must be the same where a run goes on bit for bit."""
        return {"backend": self.backend, "dtype": np.dtype(self.dtype).name}

    def compiled(self, program: Program) -> Kernel:
        """A kernel. Raises as :func:`symrnn.compile` does."""
        return compile(program, self.backend, self.dtype, threads=self.threads)


@dataclass(frozen=True)
class Window:
    """The summed loss of some steps of a batch, how many of them count, and the mean's gradients.

    ``gradients`` is empty where none counts.
    """

    total: float
    count: int
    gradients: Arrays


@dataclass(frozen=True)
class Judge:
    """The kernel of a judged network. ``classes`` is the length of the target, where it is known.

    With a ``length`` sequences are cut into windows of so many steps: the state goes on from one
    to the next, and no gradient goes back.
    """

    kernel: Kernel
    classes: int | None
    length: int | None

    def windows(self, learner: Learner, batch: Sequences) -> Iterator[Window]:
        """Window by window, each with the parameters that the learner has then."""
        if self.length is None:
            run = self.kernel.forward(learner.params, batch.inputs, lengths=batch.lengths)
            yield _window(self.kernel, run, batch.counts)
            return
        cut = Windows.of(self.kernel, batch.inputs, self.length, None, batch.lengths, None)
        state = None
        for number in range(cut.count):
            run = cut.run(learner.params, state, number)
            state = run.final
            yield _window(run.kernel, run, batch.counts[cut.slice(number)])

    def loss(self, params: Arrays, data: Sequences, batch: int) -> float:
        """The mean loss, some samples at a time."""
        total, packed = 0.0, self.kernel.pack(params)
        for start in range(0, len(data), batch):
            part = data.part(slice(start, start + batch))
            y, _ = self.kernel.infer(packed, part.inputs, lengths=part.lengths)
            total += _total(y, part.counts)
        return total / float(data.counts.sum(dtype=np.float64))


def judge(network: Program, loss: Program, params: Arrays, length: int | None,
          machine: Machine) -> Judge:
    """The judge of a network with such parameters. Raises Misused, ProgramError, ShapeError."""
    judged = with_loss(network, loss)
    added = [one.name for one in judged.with_role(Role.INPUT)
             if one.name not in {each.name for each in network.variables}]
    if len(added) != 1 or judged[judged.outputs[0]].axes:
        raise Misused(f"the loss {loss.name} must read the network's output and one target, and "
                      f"give one number a step, as symrnn.mean_squared_error does")
    kernel = machine.compiled(judged)
    if length is not None:
        kernel.must_stream()
    sizes, packed = Sizes(network, kernel.dtype), kernel.pack(params)
    for one in network.with_role(Role.PARAMETER):
        sizes.take(one, packed[one.name], one.name)
    sizes.complete()
    (axis,) = network[network.outputs[0]].axes
    return Judge(kernel, int(axis) if axis.isdigit() else sizes.known.get(axis), length)


def _window(kernel: Core, run: Run, counts: Array) -> Window:
    """The loss of a run, and back."""
    count = int(counts.sum())
    if not count:
        return Window(0.0, 0, {})
    return Window(_total(run.y, counts), count, kernel.backward(run, counts / count))


def _total(losses: Array, counts: Array) -> float:
    """The sum of the losses that count; float64 holds it, however many there are."""
    return float(np.sum(losses[counts > 0], dtype=np.float64))
