"""What a run found: parameters, and the losses on the way to them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import log10, nan
from pathlib import Path

from symrnn.jacobians.curves import Line, chart
from symrnn.jacobians.picture import chart_svg
from symrnn.program import Misused, Program, counted, quoted
from symrnn.rendering import write
from symrnn.runtime.shapes import Array

SVG = ".svg"


@dataclass(frozen=True, eq=False, repr=False)
class Fitted:
    """A network with what it learned; a notebook shows the learning curve.

    ``losses`` has the mean training loss of every epoch, each batch's taken before the update that
    it led to; ``validation`` that of held-out data after it, empty without such. ``stopped`` is
    true where the run ended early; ``parameters`` are then, and with ``patience`` always, those
    after the epoch ``best``, counted from 1.
    """

    network: Program
    parameters: Mapping[str, Array]
    losses: tuple[float, ...]
    validation: tuple[float, ...]
    best: int
    stopped: bool

    def __repr__(self) -> str:
        held = f", validation {self.validation[self.best - 1]:.4g}" if self.validation else ""
        return (f"<Fitted {self.network.name}: {counted(len(self.losses), 'epoch')}; "
                f"loss {self.losses[self.best - 1]:.4g}{held} after epoch {self.best}"
                + ", stopped early" * self.stopped + ">")

    @property
    def svg(self) -> str:
        """The learning curve as the text of an SVG file, on a scale of powers of ten."""
        lines: list[Line] = [("training", 0, 0, _powers(self.losses))]
        if self.validation:
            lines.append(("validation", 1, 0, _powers(self.validation)))
        return chart_svg(f"learning-{self.network.name}",
                         f"Learning curve of {self.network.name}", chart(lines), "epoch", "loss")

    def _repr_html_(self) -> str:
        return self.svg

    def plot(self, path: str | os.PathLike[str]) -> None:
        """Write the learning curve as SVG. Raises ValueError for another ending, OSError."""
        own = Path(path)
        if own.suffix != SVG:
            raise Misused(f"{quoted(str(own))} does not end with {SVG}, which the curve is drawn "
                          f"as; give {quoted(own.stem + SVG)}")
        write(own.parent, {own.name: self.svg})


def _powers(losses: tuple[float, ...]) -> list[float]:
    """Powers of ten, epoch by epoch from the first on; what is not above zero has none."""
    return [nan, *(log10(one) if one > 0 else nan for one in losses)]
