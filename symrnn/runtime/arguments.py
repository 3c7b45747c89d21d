"""The arguments of a kernel's calls: named, shaped, completed with zeros."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from symrnn.program import INPUTS, Program, Role, quoted
from symrnn.runtime.calls import Engine, Given, Packed, Parameter
from symrnn.runtime.inputs import check_learned, named, starts
from symrnn.runtime.shapes import Array, Arrays, ShapeError, Sizes, check_names
from symrnn.schedule import Plan

MOST_KNOWN = 64  # shapes of calls that are remembered


class Arguments:
    """Checks what callers give to one network.

    ``called`` tells what callers call each output. ``elsewhere`` names the states of the form
    that takes a mask: those that only it has come with its final states.
    """

    def __init__(self, plan: Plan, engine: Engine, dtype: npt.DTypeLike,
                 elsewhere: frozenset[str] = frozenset()) -> None:
        self.called = {name: name for name in plan.program.outputs}
        self.plan, self.program, self.dtype = plan, plan.program, np.dtype(dtype)
        self.engine, self._is_plain = engine, engine.is_plain
        self.parameters = {one.name: Parameter(one.axes, one.meaning)
                           for one in self.program.with_role(Role.PARAMETER)}
        self.inputs = tuple(one.name for one in self.program.with_role(*INPUTS))
        self._names = tuple(self.parameters)
        self._starts = tuple(one.name for one in self.program.with_role(Role.START))
        self._states = {one.state: self.program[one.initial] for one in self.program.delays}
        self._start_of = {one.state: float(one.start) for one in self.program.delays}
        self.elsewhere = elsewhere - set(self._states)
        self._known: dict[Hashable, Sizes] = {}

    def given(self, params: Mapping[str, Any], x: Any, state: Mapping[str, Any] | None,
              lost: int = 0) -> Given:
        """The checked arguments of a call; ``lost`` is 1 for a step, whose arrays have no T."""
        if state is not None or self._starts or not self._is_plain(x, self.dtype):
            return self._checked(params, x, state, lost)
        if type(params) is Packed and params.dtype == self.dtype:
            return self._again((lost, x.shape, params.key), params, x, lost)
        known = self.engine.shapes(params, self._names)
        if known is None:
            return self._checked(params, x, state, lost)
        return self._again((lost, x.shape, known), dict(params), x, lost)

    def _again(self, key: Hashable, params: Mapping[str, Any], x: Any, lost: int) -> Given:
        """A call whose shapes, if they came before, need not be checked again."""
        sizes = self._known.get(key)
        if sizes is None:
            found = self._checked(params, x, None, lost)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = found.sizes
            return found
        zero = sizes.once("zero states", self._initial, sizes, None)
        return Given(params, {self.inputs[0]: x}, zero, sizes, {})

    def _checked(self, params: Mapping[str, Any], x: Any, state: Mapping[str, Any] | None,
                 lost: int) -> Given:
        sizes, program = Sizes(self.program, self.dtype), self.program
        parameters = self._parameters(sizes, params)
        fed = self.named_inputs(x)
        if self._starts:
            check_learned(program, state, fed)
            fed |= starts(program, fed, lost, bool(state))
        inputs = {name: sizes.take(program[name], array, name, lost)
                  for name, array in fed.items()}
        if lost:
            sizes.known.setdefault("T", 1)
        sizes.complete()
        return Given(parameters, inputs, self._initial(sizes, state), sizes, {})

    def _parameters(self, sizes: Sizes, params: Mapping[str, Any]) -> Arrays:
        check_names(params, self.parameters, "parameter")
        arrays = {name: sizes.take(self.program[name], params[name], name)
                  for name in self.parameters}
        return params if type(params) is Packed and params.dtype == self.dtype else arrays

    def pack(self, params: Mapping[str, Any]) -> Packed:
        """Copies of the parameters that this kernel and its relatives read without packing again.

        Use it where the same parameters serve several calls. Raises ShapeError.
        """
        sizes = Sizes(self.program, self.dtype)
        arrays = {name: array.copy() for name, array in self._parameters(sizes, params).items()}
        for array in arrays.values():
            array.flags.writeable = False
        return Packed(arrays, sizes.known, self.dtype)

    def rounded(self, params: Mapping[str, Any]) -> dict[str, Array]:
        """The parameters as the kernel computes with them, by name: of its type, or narrow.

        Of narrow weights they are what the rounded ones stand for: a kernel that is compiled
        without them gives the same results, but for its own rounding. Raises ShapeError.
        """
        return dict(self.pack(params))

    def named_inputs(self, x: Any) -> dict[str, Any]:
        """The inputs by name; where sequences start is told by whoever wants to."""
        told = {name: x[name] for name in self._starts if name in x} if isinstance(
            x, Mapping) else {}
        rest = {name: one for name, one in x.items() if name not in told} if told else x
        return named(rest, self.inputs, "input") | told

    def as_form_of(self, network: Program) -> Self:
        """The same, its outputs called as those of the network that it is a form of."""
        self.called = dict(zip(self.called, network.outputs, strict=True))
        return self

    def own_states(self, state: Any) -> Any:
        """Initial states without those that are held by steps that do not count."""
        if not self.elsewhere or not isinstance(state, Mapping):
            return state
        return {name: array for name, array in state.items() if name not in self.elsewhere}

    def _initial(self, sizes: Sizes, state: Mapping[str, Any] | None) -> dict[str, Array]:
        own = self.own_states(state)
        check_names(own, self._states, "state", partly=True)
        given = {name: sizes.take(one, own[name], one.name)
                 for name, one in self._states.items() if name in own} if own else {}
        sizes.complete()
        for name, variable in self._states.items():
            for axis in variable.axes:
                if axis not in sizes.known:
                    raise ShapeError(f"no parameter and no input of {self.program.name} tells "
                                     f"{axis}: give the state '{name}' "
                                     f"[B, {', '.join(variable.axes)}] to start from")
        return {name: given[name] if name in given else sizes.full(one, self._start_of[name])
                for name, one in self._states.items()}

    def cotangents(self, sizes: Sizes, y_bar: Any, final_bar: Mapping[str, Any] | None,
                   lost: int = 0) -> dict[str, Array]:
        """The checked cotangents by the name of what they belong to; zero where not given."""
        if final_bar is None and not lost and self._is_plain(y_bar, self.dtype):
            shape, zeros = sizes.once("cotangents", self._zero_cotangents, sizes)
            if y_bar.shape == shape:
                return {self.program.outputs[0]: y_bar, **zeros}
        finals = {one.state: one.final for one in self.program.delays}
        states = {final: state for state, final in finals.items()}
        check_names(final_bar, finals, "final state", partly=True)
        given = {finals[name]: array for name, array in (final_bar or {}).items()}
        own = {called: name for name, called in self.called.items()}
        given |= {own[called]: array for called, array in
                  named(y_bar, tuple(own), "output's cotangent").items()}
        bars: dict[str, Array] = {}
        for variable in self.plan.gradient.with_role(Role.COTANGENT):
            called = (f"final_bar[{quoted(states[variable.of])}]" if variable.of in states
                      else "y_bar")
            part = lost if variable.of in self.program.outputs else 0
            if variable.of in given:
                bars[variable.of] = sizes.take(variable, given[variable.of], called, part)
            else:
                bars[variable.of] = sizes.once(("zero", variable.name), sizes.zeros, variable)
        return bars

    def _zero_cotangents(self, sizes: Sizes) -> tuple[tuple[int, ...] | None, dict[str, Array]]:
        """The shape of the one output's cotangent, and zeros for those of the final states."""
        outputs = self.program.outputs
        zeros = {one.of: sizes.once(("zero", one.name), sizes.zeros, one)
                 for one in self.plan.gradient.with_role(Role.COTANGENT) if one.of not in outputs}
        return (sizes.shape(self.program[outputs[0]]) if len(outputs) == 1 else None), zeros
