"""Whole sequences of any network: scans in both directions, and what stands between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symrnn.functional.equations import Equations, Library, Values, in_order
from symrnn.program import Delay, Program
from symrnn.schedule import Order, Stage, stages


class Whole(Equations):
    """The equations of one program at given sizes, stage by stage."""

    def __init__(self, program: Program, sizes: Mapping[str, int], library: Library) -> None:
        super().__init__(program, sizes, library)
        self.stages = stages(program)

    def run(self, given: Mapping[str, Any]) -> tuple[Values, Values]:
        """Outputs [T, B, ...] by name and final states [B, ...] by the name of the state."""
        known: Values = {**given, **self.selectors}
        for stage in self.stages:
            if stage.order in (Order.FORWARD, Order.REVERSE):
                self._scan(stage, known)
            else:
                self._at_once(stage, known)
        return ({name: known[name] for name in self.program.outputs},
                {one.state: known[one.final] for one in self.program.delays})

    def _at_once(self, stage: Stage, known: Values) -> None:
        for one in stage.delays:
            known[one.lhs] = self._shifted(one, known)
            known[one.final] = known[one.source][-1 if one.step > 0 else 0]
        for equation in in_order(self.program, stage.equations):
            known[equation.lhs] = self.equation(equation, known)

    def _scan(self, stage: Stage, known: Values) -> None:
        inside, names = in_order(self.program, stage.equations), stage.names
        fixed, timed = self.apart(known, self.ahead(inside, names))
        delayed = [one for one in stage.delays if self._read_later(one.lhs, stage)]
        wanted = {*self.program.outputs, *(one.source for one in delayed)}
        kept = [one.lhs for one in inside
                if one.lhs in wanted or self._read_later(one.lhs, stage)]

        def body(state: Values, now: Values) -> tuple[Values, Values]:
            found = {**fixed, **now, **state}
            for equation in inside:
                found[equation.lhs] = self.equation(equation, found, inside=True)
            return ({one.lhs: found[one.source] for one in stage.delays},
                    {name: found[name] for name in kept})

        start = {one.lhs: known[one.initial] for one in stage.delays}
        last, sequences = self.toolkit.scan(body, start, timed, self.sizes["T"],
                                            stage.delays[0].step)
        known |= {**sequences, **{one.final: last[one.lhs] for one in stage.delays}}
        known |= {one.lhs: self._shifted(one, known) for one in delayed}

    def _shifted(self, one: Delay, known: Values) -> Any:
        """What is remembered, at every step."""
        return self.toolkit.shift(known[one.initial], known[one.source], one.step)

    def _read_later(self, name: str, stage: Stage) -> bool:
        """True for what an equation or a delay of another stage reads."""
        return any(name in one.reads for one in self.program.equations
                   if one.lhs not in stage.names) or any(
            name == one.source for one in self.program.delays if one.lhs not in stage.names)
