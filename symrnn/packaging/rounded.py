"""What narrow weights of kernels change: how far the results of each cell are off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symrnn.catalogue import find
from symrnn.cells import architectures
from symrnn.kernels import compile
from symrnn.packaging.content import lengths
from symrnn.packaging.drawn import drawn_parameters, vectors
from symrnn.packaging.narrow import Array, Difference, difference
from symrnn.presentation.costs import sizes_of
from symrnn.program import Program
from symrnn.runtime.narrow import narrowed
from symrnn.targets import OF_KERNELS

SIZE = 16  # of every axis that nobody tells
HEAD = ("cell", "narrow numbers", *(told for kind in OF_KERNELS
                                    for told in (f"{kind} changes", "most in")))


@dataclass(frozen=True)
class Rounded:
    """A network with narrow weights: the share of its numbers that are narrow, what that changes.

    ``differences`` are those of the result that is off most, by the type of weights.
    """

    name: str
    narrow: float
    differences: Mapping[str, Difference]

    @property
    def row(self) -> tuple[str, ...]:
        """Its line of the table under ``HEAD``."""
        told = (one for difference in self.differences.values()
                for one in (f"{difference.share:.2%}", difference.name))
        return (self.name, f"{self.narrow:.0%}", *told)


def rounded(name: str, network: Program, fix: str, steps: int) -> Rounded:
    """Measure all types on one drawn sequence. Raises Misused for sizes, ProgramError."""
    told = {str(size): int(value) for size, value in sizes_of(network, fix, wide=False).items()}
    sizes = {one.name: SIZE for one in network.sizes if one.value is None} | told
    lengths(network, sizes)
    params = drawn_parameters(network, sizes)
    count = {key: one.size for key, one in params.items()}
    narrow = sum(count[key] for key in narrowed(network))
    return Rounded(name, narrow / max(1, sum(count.values())),
                   _differences(network, sizes, params, steps))


def about(fix: str, steps: int) -> str:
    """What the table tells, in one sentence."""
    sizes = f"{fix}, all others {SIZE}" if fix else f"all sizes {SIZE}"
    return (f"the largest change of an output or a final state, as a share of its largest entry, "
            f"over {steps} steps ({sizes}); the weights are drawn, the truth is float64")


def _differences(network: Program, sizes: Mapping[str, int],
                 params: Mapping[str, Array], steps: int) -> dict[str, Difference]:
    truth, found = vectors(network, sizes, params, steps), {}
    for kind in OF_KERNELS:
        kernel = compile(network, "numpy", weights=kind)
        y, final = kernel.infer(params, truth.inputs)
        outputs = y if isinstance(y, dict) else {network.outputs[0]: y}
        every = [difference(name, truth.outputs[name], one) for name, one in outputs.items()]
        every += [difference(f"final {name}", truth.final[name], one)
                  for name, one in final.items()]
        found[kind] = max(every, key=lambda one: one.share)
    return found


def measured(names: Sequence[str], fix: str, steps: int) -> Iterator[Rounded]:
    """Cells by name or path, all of them without any. Raises UnknownName, Misused, ProgramError."""
    for one in map(find, names) if names else architectures():
        yield rounded(one.name, one.build(), fix, steps)
