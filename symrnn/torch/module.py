"""Any network as an ``nn.Module`` on the compiled kernels. Shapes: T steps, B samples, the axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from symrnn.handles import MASKED, handle, order
from symrnn.program import Program, ProgramError, Role, Span, of_network, quoted
from symrnn.program.draw import drawn
from symrnn.runtime.masking import must_fit, valid_lengths, valid_mask
from symrnn.runtime.shapes import ShapeError, Sizes
from symrnn.torch import operators
from symrnn.torch.parameters import parameters_of
from symrnn.torch.transformed import forward_transformed
from symrnn.transforms import learned


@of_network
def module(network: Program, *, batch_first: bool = False, dtype: torch.dtype = torch.float32,
           **sizes: int) -> Recurrent:
    """A network as a module of torch: ``module(symrnn.lstm(), n=16, m=32)``.

    ``sizes`` are those of the network by name, all but those that follow from others. With
    ``batch_first`` samples stand before steps in inputs and outputs. The kernels compute on the
    CPU in float32 or float64, as the parameters are, with as many threads as torch has. Raises
    ProgramError for what is no network, ShapeError for sizes that are missing or unknown.
    """
    return Recurrent(network, sizes, batch_first, dtype)


class Recurrent(nn.Module):
    """A network's parameters and its sequences; made by :func:`symrnn.torch.module`.

    Of a network that nn.RNN, nn.LSTM or nn.GRU computes too, parameters have torch's names and
    shapes, so that ``state_dict()`` goes both ways. First values are uniform in 1 over the root
    of the memory's width, as torch's are.
    """

    def __init__(self, network: Program, sizes: Mapping[str, int], batch_first: bool = False,
                 dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.network, self.sizes = network, _all_sizes(network, sizes)
        self.batch_first = batch_first
        self._prepare()
        taken = frozenset((*dir(self), *self.__dict__))
        self._own = parameters_of(network, self.sizes, taken)
        for name, shape in self._own.shapes.items():
            self.register_parameter(name, nn.Parameter(torch.empty(shape, dtype=dtype)))
        self.reset_parameters()

    def _prepare(self) -> None:
        """What calls read of the network, as plain values; the network is known from now on."""
        self._handle, known = handle(self.network), order(handle(self.network))
        self._inputs = {one.name: one.span for one in known.inputs if one.role is not Role.START}
        self._fed = tuple(one.name for one in known.inputs)
        self._outputs = tuple(one.name for one in known.outputs)
        self._starts = {name: delays[0].step > 0 for name, delays in learned(self.network).items()}
        self._states = {one.state: (tuple(self.sizes[axis] for axis in
                                          self.network[one.initial].axes), float(one.start))
                        for one in self.network.delays}

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._prepare()

    def extra_repr(self) -> str:
        sizes = ", ".join(f"{name}={size}" for name, size in self.sizes.items())
        return f"{self.network.name}, {sizes}{', batch_first=True' * self.batch_first}"

    def reset_parameters(self) -> None:
        """Draw the first values of all parameters again.

        They are uniform, but where the equations' source draws them by a formula.
        """
        for name, bound in self._own.bounds.items():
            nn.init.uniform_(getattr(self, name), -bound, bound)
        if any(one.drawn is not None for one in self.network.with_role(Role.PARAMETER)):
            random = np.random.default_rng(int(torch.randint(2**31, ())))
            with torch.no_grad():
                for name, array in drawn(self.network, (Role.PARAMETER,), self.sizes,
                                         random).items():
                    getattr(self, self._own.whole[name]).copy_(torch.from_numpy(array))

    def forward(self, x: Any, initial: Mapping[str, Tensor] | None = None,
                lengths: Tensor | None = None, mask: Tensor | None = None
                ) -> tuple[Any, dict[str, Tensor]]:
        """The outputs [T, B, ...] and the final states [B, ...] by name.

        Parameters
        ----------
        x: the input [T, B, n], or a PackedSequence, which gives one back; a dictionary by name
            where the network has several. Several outputs are a dictionary too.
        initial: states before the first step [B, ...] by name; zero, or what the cell declares
            or learns, where not given. The final states of one call continue it.
        lengths: the valid steps of each sample [B].
        mask: 1 where a step counts, else 0 [T, B]. Other steps keep the states and give zero.

        With ``batch_first`` x, mask and outputs have B before T. Raises ShapeError for another
        shape or name, TypeError for another type of numbers.
        """
        packed = isinstance(x, PackedSequence)
        if packed:
            x, lengths = self._padded(x, lengths)
        inputs = self._named_inputs(x)
        first = next(inputs[name] for name, span in self._inputs.items() if span is Span.SEQUENCE)
        counts = self._counts(first, lengths, mask)
        if counts is not None:
            inputs = self._only_counted(inputs, counts)
        given = [*self._own.of_network({name: getattr(self, name) for name in self._own.shapes}),
                 *self._all_fed(inputs, first, initial), *([] if counts is None else [counts]),
                 *self._all_states(first, initial)]
        _must_agree(given)
        made = _run()(self._handle if counts is None else self._handle + MASKED, given)
        outputs = [self._turned(one) for one in made[:len(self._outputs)]]
        final = dict(zip(self._states, made[len(outputs):len(outputs) + len(self._states)],
                         strict=True))
        if packed:
            outputs = [pack_padded_sequence(outputs[0], lengths, self.batch_first, False)]
        return (outputs[0] if len(outputs) == 1
                else dict(zip(self._outputs, outputs, strict=True))), final

    def _turned(self, sequence: Tensor) -> Tensor:
        return sequence.transpose(0, 1) if self.batch_first and sequence.dim() > 1 else sequence

    def _padded(self, x: PackedSequence, lengths: Any) -> tuple[Tensor, Tensor]:
        if lengths is not None or len(self._outputs) > 1:
            raise ShapeError("a PackedSequence tells its lengths and has one output; leave out "
                             "lengths=, and give tensors to a network of several outputs")
        padded: tuple[Tensor, Tensor] = pad_packed_sequence(x, self.batch_first)
        return padded

    def _named_inputs(self, x: Any) -> dict[str, Tensor]:
        """The inputs by name, steps first."""
        given = x if isinstance(x, Mapping) else {next(iter(self._inputs)): x}
        if set(given) != set(self._inputs):
            raise ShapeError(f"the inputs are {', '.join(self._inputs)}, not "
                             f"{', '.join(map(str, given))}; give a dictionary of these")
        return {name: self._turned(given[name]) if span is Span.SEQUENCE else given[name]
                for name, span in self._inputs.items()}

    def _counts(self, first: Tensor, lengths: Tensor | None, mask: Tensor | None
                ) -> Tensor | None:
        """1 where a step counts [T, B]; None where all do."""
        if lengths is None and mask is None:
            return None
        if self.network.step_mask is not None:
            raise ProgramError(f"{self.network.name} takes its mask as an input already; leave "
                               f"out lengths= and mask=")
        lengths = None if lengths is None else torch.as_tensor(lengths)
        mask = None if mask is None else self._turned(torch.as_tensor(mask))
        _must_count(lengths, mask, *first.shape[:2])
        counts = first.new_ones(first.shape[:2], dtype=torch.bool)
        if lengths is not None:
            steps = torch.arange(first.shape[0], device=first.device)
            counts = counts & (steps[:, None] < lengths[None, :])
        if mask is not None:
            counts = counts & (mask > 0)
        return counts.to(first.dtype)

    def _only_counted(self, inputs: dict[str, Tensor], counts: Tensor) -> dict[str, Tensor]:
        """Zero where a step does not count, whatever stands there."""
        def kept(one: Tensor) -> Tensor:
            over = counts.reshape(*counts.shape, *[1] * (one.dim() - 2))
            return torch.where(over > 0, one, torch.zeros_like(one))

        return {name: kept(one) if self._inputs[name] is Span.SEQUENCE else one
                for name, one in inputs.items()}

    def _all_fed(self, inputs: Mapping[str, Tensor], first: Tensor,
                 initial: Mapping[str, Tensor] | None) -> list[Tensor]:
        """Inputs in the network's order, with 1 where a sequence starts from learned states."""
        fed = {**inputs}
        for name, forward in self._starts.items():
            steps = torch.arange(first.shape[0], device=first.device)
            begin = (steps == (0 if forward else first.shape[0] - 1)) & (not initial)
            fed[name] = begin[:, None].expand(first.shape[:2])
        return [fed[name].to(first.dtype) for name in self._fed]

    def _all_states(self, first: Tensor, initial: Mapping[str, Tensor] | None) -> list[Tensor]:
        told = {} if initial is None else initial
        unknown = [name for name in told if name not in self._states]
        missing = [name for name in self._states if name not in told]
        if unknown or (self._starts and told and missing):
            raise ShapeError(f"the initial states are {', '.join(self._states)}: there is no "
                             f"{quoted(unknown[0])}" if unknown else
                             f"the initial state {quoted(missing[0])} is missing: where they are "
                             f"learned, give all or none")
        return [told[name] if name in told else first.new_full((first.shape[1], *shape), start)
                for name, (shape, start) in self._states.items()]


def _run() -> Any:
    """What runs a network: as it is differentiated, or not."""
    if not torch.is_grad_enabled():
        return operators.infer
    if not torch.compiler.is_compiling() and torch._C._are_functorch_transforms_active():
        return forward_transformed
    return operators.forward


def _must_count(lengths: Tensor | None, mask: Tensor | None, steps: int, samples: int) -> None:
    """Raise ShapeError for lengths and a mask that do not fit, by their values where known."""
    must_fit(lengths, mask, steps, samples)
    if torch.compiler.is_compiling():
        return
    for given, valid in ((lengths, valid_lengths), (mask, valid_mask)):
        try:
            values = None if given is None else given.tolist()
        except RuntimeError:  # under vmap a value is not known
            continue
        if values is not None:
            valid(values, steps, samples)


def _must_agree(given: list[Tensor]) -> None:
    """Raise TypeError for tensors of several types, or on another device."""
    for one in given:
        if one.dtype != given[0].dtype:
            raise TypeError(f"tensors of {given[0].dtype} and of {one.dtype} came together; cast "
                            f"the module or the input, as by module.to(x.dtype)")
        if one.device.type not in ("cpu", "meta"):
            raise TypeError(f"the kernels compute on the CPU, not on {one.device}; take "
                            f"symrnn.torch.function(network) there")


def _all_sizes(network: Program, sizes: Mapping[str, int]) -> dict[str, int]:
    """Free and derived sizes. Raises ShapeError."""
    free = [one.name for one in network.sizes if one.value is None]
    if set(free) != set(sizes):
        raise ShapeError(f"{network.name} has the sizes {', '.join(free)}, not "
                         f"{', '.join(sizes) or 'none'}; give each, as n=16")
    known = Sizes(network, "float32")
    known.known = dict(sizes)
    known.complete()
    return known.known
