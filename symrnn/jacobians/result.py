"""What a measurement of several networks found, and how a notebook shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symrnn.jacobians.picture import picture
from symrnn.jacobians.travel import Travel


@dataclass(frozen=True, eq=False, repr=False)
class Flow:
    """How gradients travel through networks, in the order in which these were given.

    A notebook shows the curves. ``flow["lstm"]`` is the first of that name.
    """

    travels: tuple[Travel, ...]

    def __repr__(self) -> str:
        return f"<Flow through {', '.join(one.name for one in self.travels)}>"

    def __iter__(self) -> Iterator[Travel]:
        return iter(self.travels)

    def __len__(self) -> int:
        return len(self.travels)

    def __getitem__(self, key: int | str) -> Travel:
        """One of them by its place or its name. Raises KeyError, IndexError."""
        if isinstance(key, str):
            for one in self.travels:
                if one.name == key:
                    return one
            raise KeyError(key)
        return self.travels[key]

    @property
    def svg(self) -> str:
        """The curves as the text of an SVG file."""
        return picture(self.travels)

    def _repr_html_(self) -> str:
        return self.svg
