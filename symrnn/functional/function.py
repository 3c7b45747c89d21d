"""A network as a function of arrays by name, in the library that is given with every call."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from symrnn.functional.equations import Library, Values
from symrnn.functional.whole import Whole
from symrnn.program import INPUTS, Program
from symrnn.runtime.flat import Order
from symrnn.runtime.inputs import check_learned, named, starts
from symrnn.runtime.shapes import ShapeError, Sizes, check_names


class Function:
    """What a library's ``function`` calls: the arguments completed, the equations followed."""

    def __init__(self, program: Program) -> None:
        self.program, self.order = program, Order(program)
        self.inputs = tuple(one.name for one in program.with_role(*INPUTS))
        self.parameters = tuple(one.name for one in self.order.parameters)
        self.states = tuple(one.state for one in program.delays)
        self.at = lru_cache(maxsize=64)(self._at)

    def __call__(self, library: Library, params: Mapping[str, Any], x: Any,
                 initial: Mapping[str, Any] | None = None) -> tuple[Any, Values]:
        """Outputs, a dictionary where there are several, and final states by name."""
        given, sizes = self.completed(library, params, x, initial)
        if sizes["T"] < 1:
            raise ShapeError("there are no steps; give at least one")
        outputs, final = self.at(library, tuple(sizes.items())).run(given)
        return self.alone(outputs), final

    def alone(self, outputs: Values) -> Any:
        """The one output, or all of them by name."""
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs

    def completed(self, library: Library, params: Mapping[str, Any], x: Any,
                  initial: Mapping[str, Any] | None) -> tuple[Values, dict[str, int]]:
        """Everything that is given, by the names of variables, and the sizes. Raises ShapeError."""
        program = self.program
        check_names(params, self.parameters, "parameter")
        inputs = named(x, self.inputs, "input")
        check_learned(program, initial, inputs)
        check_names(initial, self.states, "state", partly=True)
        for name, flags in starts(program, inputs, 0, bool(initial)).items():
            inputs[name] = library.array(flags)
        given = {**params, **inputs}
        sizes = self._sizes(given, initial or {})
        states = {one.initial: (initial or {})[one.state] if one.state in (initial or {})
                  else library.broadcast(library.array(float(one.start)), tuple(
                      sizes[axis] for axis in program[one.initial].shape))
                  for one in program.delays}
        return {**given, **states}, sizes

    def _at(self, library: Library, sizes: tuple[tuple[str, int], ...]) -> Whole:
        return Whole(self.program, dict(sizes), library)

    def _sizes(self, given: Mapping[str, Any], initial: Mapping[str, Any]) -> dict[str, int]:
        """Sizes from shapes. Raises ShapeError for arrays that do not fit together."""
        states = {one.initial: initial[one.state] for one in self.program.delays
                  if one.state in initial}
        known: dict[str, int] = {}
        for name, array in {**given, **states}.items():
            wanted = self.program[name].shape
            if len(array.shape) != len(wanted) or any(
                    known.setdefault(axis, int(size)) != size
                    for axis, size in zip(wanted, array.shape, strict=True)):
                raise ShapeError(f"'{name}' has shape {tuple(array.shape)}, but its axes are "
                                 f"[{', '.join(wanted)}] with "
                                 f"{', '.join(f'{axis} = {size}' for axis, size in known.items())}")
        missing = [one.name for one in self.program.sizes
                   if one.value is None and one.name not in known]
        if missing:
            raise ShapeError(f"no parameter and no input of {self.program.name} tells "
                             f"{missing[0]}; give an initial state that does")
        sizes = Sizes(self.program, "float32")
        sizes.known = known
        sizes.complete()
        return known
