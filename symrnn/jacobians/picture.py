"""The curves of a measurement as a picture: SVG of our own, other formats by matplotlib."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from symrnn.backends.mathml import escaped
from symrnn.jacobians.curves import DEEPEST, Chart, chart_of, lines_of
from symrnn.jacobians.travel import Travels
from symrnn.program import Misused
from symrnn.rendering import render

HUES = ("#2f7fd6", "#d5761b", "#2a9560", "#c5483a", "#8a5cc9", "#7a8088")
LAG, NORM = "lag", "norm of the gradient"
DASHES = ("-", "--", ":", "-.")
MISSING = ('this picture needs matplotlib, which is not installed: pip install matplotlib, or take '
           'a file that ends with .svg')


@dataclass(frozen=True)
class Content:
    """Everything that the template prints."""

    name: str
    title: str
    chart: Chart
    width: float
    height: float
    keys: tuple[float, float, float]  # where a line of the key begins and ends, and its label
    across: str
    up: str


def picture(travels: Travels) -> str:
    """The text of an SVG file."""
    names = "-".join(one.name for one in travels)
    return chart_svg(f"flow-{names}", title(travels), chart_of(travels), LAG, NORM)


def chart_svg(name: str, title: str, chart: Chart, across: str, up: str) -> str:
    """Any chart as the text of an SVG file; ``across`` and ``up`` stand at its axes."""
    curves = tuple(replace(one, label=escaped(one.label), network=one.network % len(HUES),
                           state=one.state % len(DASHES)) for one in chart.curves)
    plane = chart.plane
    keys = (plane.right + 14.0, plane.right + 42.0, plane.right + 50.0)
    return render("svg/flow.svg.j2", Content(
        escaped(name), escaped(title), replace(chart, curves=curves),
        plane.right - plane.left, plane.bottom - plane.top, keys, across, up))


def title(travels: Travels) -> str:
    """What the picture shows."""
    return f"Norm of the gradient against the lag: {', '.join(one.name for one in travels)}"


def draw(travels: Travels, path: Path) -> None:
    """Save a picture in any format that matplotlib knows. Raises Misused without it."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise Misused(MISSING) from None
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for label, network, state, powers in lines_of(travels):
        axes.plot(range(len(powers)), powers, label=label, color=HUES[network % len(HUES)],
                  linestyle=DASHES[state % len(DASHES)])
    low, high = axes.get_ylim()
    axes.set(xlabel=LAG, ylabel=f"{NORM}, power of ten",
             ylim=(max(low, high - DEEPEST), high))
    axes.grid(color="0.9")
    axes.legend()
    figure.savefig(path, dpi=150, metadata=TIMELESS.get(path.suffix))


# The same bytes for the same numbers: without the date of the day.
TIMELESS = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}, ".ps": {"Creator": "symrnn"}}
