"""What the examples share: their options, packages that may be missing, and pictures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BLUE, ORANGE, GREEN, RED, GREY = "#2f7fd6", "#d5761b", "#2a9560", "#c5483a", "#7a8088"


@dataclass(frozen=True)
class Asked:
    """What the command line says: a quick look in seconds, and where pictures go."""

    quick: bool
    folder: Path

    @property
    def backend(self) -> str:
        """What computes: C, but for a quick look, in which a compiler would take the time."""
        return "numpy" if self.quick else "c"

    def path(self, name: str) -> Path:
        """The file of a picture."""
        return self.folder / name


@dataclass(frozen=True)
class Picture:
    """A picture in a file, which a notebook shows."""

    path: Path

    def _repr_png_(self) -> bytes:
        return self.path.read_bytes()


def asked(about: str | None) -> Asked:
    """The options of an example: --quick and --output."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes: seconds, poor results")
    parser.add_argument("--output", type=Path, default=Path(), metavar="DIR",
                        help="where pictures go; here, unless told")
    given = parser.parse_args()
    if not given.output.is_dir():
        parser.error(f"{given.output} is no folder; make it first")
    return Asked(given.quick, given.output)


@contextmanager
def needed(package: str, extra: str = "symrnn[examples]") -> Iterator[None]:
    """End with one sentence where a package is missing."""
    try:
        yield
    except ImportError:
        raise SystemExit(f"this example needs {package}, which is not installed; "
                         f"pip install \"{extra}\"") from None


def axes(columns: int = 1, width: float = 9, height: float = 3.4,
         shares: list[int] | None = None) -> tuple[Any, Any]:
    """A figure of matplotlib, and its planes side by side."""
    with needed("matplotlib"):
        from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    planes = figure.subplots(1, columns, width_ratios=shares)
    for one in planes if columns > 1 else [planes]:
        one.grid(alpha=0.25)
        one.spines[["top", "right"]].set_visible(False)
    return figure, planes


def saved(figure: Any, path: Path) -> Picture:
    """The figure as a file, whose bytes do not tell when it was drawn."""
    figure.savefig(path, dpi=110, metadata={"Software": None})
    print(f"{path.name} is drawn", file=sys.stderr)
    return Picture(path)
