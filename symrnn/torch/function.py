"""Any network as a plain function of tensors, on any device, with torch's own derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from symrnn.functional import Function
from symrnn.program import Program, of_network, verify
from symrnn.torch.arithmetic import library


@of_network
def function(network: Program) -> Callable[..., tuple[Any, dict[str, Tensor]]]:
    """The equations as ``f(params, x, initial=None)``, which gives ``y`` and the final states.

    Arguments and results are those of :meth:`symrnn.Kernel.forward`, in tensors of one type on
    one device. Products that read no memory are taken for all steps at once, the rest is a Python
    loop: slow on a CPU, where :func:`symrnn.torch.module` serves, but at home on a GPU. Raises
    ProgramError for what is no network; the function raises ShapeError.
    """
    equations = Function(verify(network))

    def run(params: Mapping[str, Tensor], x: Any, initial: Mapping[str, Tensor] | None = None
            ) -> tuple[Any, dict[str, Tensor]]:
        first = next(iter(x.values())) if isinstance(x, Mapping) else x
        return equations(library(first.dtype, first.device), params, x, initial)
    return run
