"""Any network as an ``nn.Module`` on the compiled kernels. Shapes: T steps, B samples, the axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from symrnn.handles import MASKED, handle, order
from symrnn.program import Program, ProgramError, Role, Span, of_network, quoted
from symrnn.program.draw import drawn
from symrnn.runtime.inputs import fitting
from symrnn.runtime.shapes import Array, ShapeError, numbers
from symrnn.torch import operators
from symrnn.torch.arguments import (all_sizes, cast, must_agree, must_be_tensors, must_compute,
                                    must_count, named_states)
from symrnn.torch.direct import forward_directly, plain
from symrnn.torch.parameters import parameters_of
from symrnn.torch.transformed import forward_transformed
from symrnn.transforms import learned


@of_network
def module(network: Program, *, params: Any = None, batch_first: bool = False,
           dtype: torch.dtype | None = None, **sizes: int) -> Recurrent:
    """A network as a module of torch: ``module(symrnn.lstm(), n=16, m=32)``.

    ``sizes`` are those of the network by name, all but those that follow from others or from
    ``params``: the first values by name, as :func:`symrnn.load` gives them. With
    ``batch_first`` samples stand before steps in inputs and outputs. The kernels compute on the
    CPU in float32 or float64, as the parameters are, torch's default unless ``dtype`` says, with
    as many threads as torch has. Raises ProgramError for what is no network, ShapeError for sizes
    that are missing or unknown and for parameters that do not fit, TypeError for another type of
    numbers.
    """
    return Recurrent(network, sizes, batch_first, dtype, params)


class Recurrent(nn.Module):
    """A network's parameters and its sequences; made by :func:`symrnn.torch.module`.

    Of a network that nn.RNN, nn.LSTM or nn.GRU computes too, parameters have torch's names and
    shapes, so that ``state_dict()`` goes both ways. First values are uniform in 1 over the root
    of the memory's width, as torch's are.
    """

    def __init__(self, network: Program, sizes: Mapping[str, int], batch_first: bool = False,
                 dtype: torch.dtype | None = None, params: Any = None) -> None:
        super().__init__()
        dtype = dtype or torch.get_default_dtype()
        must_compute(dtype)
        self.network, self.sizes = network, all_sizes(network, sizes, params)
        self.batch_first = batch_first
        self._prepare()
        taken = frozenset((*dir(self), *self.__dict__))
        self._own = parameters_of(network, self.sizes, taken)
        for name, shape in self._own.shapes.items():
            self.register_parameter(name, nn.Parameter(torch.empty(shape, dtype=dtype)))
        self.reset_parameters()
        if params is not None:
            self.load_params(params)

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

    def params(self) -> dict[str, Array]:
        """The parameters as the network names them, in arrays of their own, without a graph.

        :func:`symrnn.save`, ``compile``, ``package`` and ``fit`` take them. Torch's two biases are
        one here, their sum.
        """
        own = self._own.of_network({name: getattr(self, name).detach()
                                    for name in self._own.shapes})
        return {variable.name: numbers(one, variable.name).copy() for variable, one in
                zip(self.network.with_role(Role.PARAMETER), own, strict=True)}

    def load_params(self, params: Any) -> None:
        """Take values by the network's names: arrays, tensors, or another module's.

        Of torch's two biases the second one is zero then. Raises ShapeError for a name or a shape
        that does not fit.
        """
        found, _ = fitting(self.network, params, self.sizes)
        own = {name: getattr(self, name).detach() for name in self._own.shapes}
        self._own.fill(own, [torch.tensor(one) for one in found.values()])

    def forward(self, x: Any, initial: Any = None,
                lengths: Tensor | None = None, mask: Tensor | None = None
                ) -> tuple[Any, dict[str, Tensor]]:
        """The outputs [T, B, ...] and the final states [B, ...] by name.

        Parameters
        ----------
        x: the input [T, B, n], or a PackedSequence, which gives one back; a dictionary by name
            where the network has several. Several outputs are a dictionary too.
        initial: states before the first step [B, ...] by name; zero, or what the cell declares
            or learns, where not given. The final states of one call continue it. A tuple
            ``(h, c)`` or a tensor ``h`` in the shapes of nn.LSTM and nn.GRU is taken too.
        lengths: the valid steps of each sample [B].
        mask: 1 where a step counts, else 0 [T, B]. Other steps keep the states and give zero.

        With ``batch_first`` x, mask and outputs have B before T. Under autocast inputs and states
        are cast to the type of the parameters, in which the results are. Raises ShapeError for
        another shape or name, TypeError for another type or device, and for what is no tensor.
        """
        packed = isinstance(x, PackedSequence)
        if packed:
            x, lengths = self._padded(x, lengths)
        own = self._own.of_network({name: getattr(self, name) for name in self._own.shapes})
        inputs = cast(self._named_inputs(x), own)
        first = next(inputs[name] for name, span in self._inputs.items() if span is Span.SEQUENCE)
        counts = self._counts(first, lengths, mask)
        if counts is not None:
            inputs = self._only_counted(inputs, counts)
        told = cast(named_states(initial, self._states), own)
        given = [*own, *self._all_fed(inputs, first, told),
                 *([] if counts is None else [counts]), *self._all_states(first, told)]
        must_agree(given)
        made = _run(given)(self._handle if counts is None else self._handle + MASKED, given)
        outputs = [self._turned(one) for one in made[:len(self._outputs)]]
        final = dict(zip(self._states, made[len(outputs):len(outputs) + len(self._states)],
                         strict=True))
        if packed:
            outputs = [pack_padded_sequence(outputs[0], lengths, self.batch_first, False)]
        return (outputs[0] if len(outputs) == 1
                else dict(zip(self._outputs, outputs, strict=True))), final

    def _turned(self, sequence: Tensor) -> Tensor:
        return sequence.transpose(0, 1) if self.batch_first and sequence.dim() > 1 else sequence

    @torch.compiler.disable(reason="torch.compile(fullgraph=True) does not look into a "
                                   "PackedSequence; give the padded tensor and lengths=")
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
        must_be_tensors(given)
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
        must_count(lengths, mask, *first.shape[:2])
        counts = first.new_ones(first.shape[:2], dtype=torch.bool)
        if lengths is not None:
            steps = torch.arange(first.shape[0], device=first.device)
            counts = counts & (steps[:, None] < lengths[None, :])
        if mask is not None:
            counts = counts & (mask > 0)
        return counts.to(first.dtype)

    def _only_counted(self, inputs: Mapping[str, Tensor], counts: Tensor) -> dict[str, Tensor]:
        """Zero where a step does not count, whatever stands there."""
        def kept(one: Tensor) -> Tensor:
            over = counts.reshape(*counts.shape, *[1] * (one.dim() - 2))
            return torch.where(over > 0, one, torch.zeros_like(one))

        return {name: kept(one) if self._inputs[name] is Span.SEQUENCE else one
                for name, one in inputs.items()}

    def _all_fed(self, inputs: Mapping[str, Tensor], first: Tensor,
                 initial: Mapping[str, Tensor]) -> list[Tensor]:
        """Inputs in the network's order, with 1 where a sequence starts from learned states."""
        fed = {**inputs}
        for name, forward in self._starts.items():
            steps = torch.arange(first.shape[0], device=first.device)
            begin = (steps == (0 if forward else first.shape[0] - 1)) & (not initial)
            fed[name] = begin[:, None].expand(first.shape[:2])
        return [fed[name].to(first.dtype) for name in self._fed]

    def _all_states(self, first: Tensor, told: Mapping[str, Tensor]) -> list[Tensor]:
        unknown = [name for name in told if name not in self._states]
        missing = [name for name in self._states if name not in told]
        if unknown or (self._starts and told and missing):
            raise ShapeError(f"the initial states are {', '.join(self._states)}: there is no "
                             f"{quoted(unknown[0])}" if unknown else
                             f"the initial state {quoted(missing[0])} is missing: where they are "
                             f"learned, give all or none")
        return [told[name] if name in told else first.new_full((first.shape[1], *shape), start)
                for name, (shape, start) in self._states.items()]


def _run(given: list[Tensor]) -> Any:
    """What runs a network: as it is differentiated, or not."""
    if plain(given):
        return forward_directly
    forward_mode = not torch.compiler.is_compiling() and forward_ad._current_level >= 0
    if not (torch.is_grad_enabled() or forward_mode):
        return operators.infer
    if forward_mode or torch._C._are_functorch_transforms_active():
        return forward_transformed
    return operators.forward
