"""Modules with finite numbers in them, for any network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from symrnn.checking.reference import finite_case
from symrnn.pipeline import derive
from symrnn.program import Program, Role
from symrnn.torch import Recurrent, module


class Ready:
    """A module in float64 with a case's numbers, and the tensors that it is called with."""

    def __init__(self, network: Program, **options: Any) -> None:
        case = finite_case(derive(network))
        assert case is not None
        self.case, self.network = case, network
        free = {one.name: case.sizes[one.name] for one in network.sizes if one.value is None}
        self.module: Recurrent = module(network, dtype=torch.float64, params=case.parameters,
                                        **options, **free)
        moving = {one.name for one in network.with_role(Role.INPUT)}
        self.inputs = {name: torch.tensor(array, requires_grad=name in moving)
                       for name, array in case.inputs.items()
                       if network[name].role is not Role.START}
        self.initial = {name: torch.tensor(array, requires_grad=True)
                        for name, array in case.initial.items()}

    @property
    def leaves(self) -> dict[str, Tensor]:
        """Everything that has a gradient."""
        moving = {name: one for name, one in self.inputs.items() if one.requires_grad}
        return {**dict(self.module.named_parameters()), **moving,
                **{f"initial.{name}": one for name, one in self.initial.items()}}

    def results(self, run: Any) -> tuple[Tensor, ...]:
        """Outputs and final states of a call of the module, or of what was compiled from it."""
        return _flat(*run(self.inputs, self.initial))

    def as_function(self) -> tuple[Callable[..., Any], list[Tensor]]:
        """Outputs and final states as a function of all leaves, and these."""
        names, own = list(self.leaves), dict(self.module.named_parameters())

        def values(*leaves: Tensor) -> tuple[Tensor, ...]:
            given = dict(zip(names, leaves, strict=True))
            inputs = {name: given.get(name, one) for name, one in self.inputs.items()}
            initial = {name: given[f"initial.{name}"] for name in self.initial}
            return _flat(*torch.func.functional_call(
                self.module, {name: given[name] for name in own}, (inputs, initial)))
        return values, list(self.leaves.values())


def _flat(y: Any, final: dict[str, Tensor]) -> tuple[Tensor, ...]:
    return *(y.values() if isinstance(y, dict) else (y,)), *final.values()


def largest_error(got: list[Any], wanted: list[Any]) -> float:
    """The largest difference over all, in units of each one's largest entry."""
    errors = [0.0]
    for one, other in zip(got, wanted, strict=True):
        a, b = (np.asarray(item.detach().numpy(), np.float64) for item in (one, other))
        assert a.shape == b.shape
        if b.size:
            errors.append(float(np.max(np.abs(a - b))) / max(float(np.max(np.abs(b))), 1e-300))
    return max(errors)
