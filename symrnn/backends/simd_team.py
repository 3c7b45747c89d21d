"""How much a step computes, as text in C: too little is not worth a team of threads."""

from __future__ import annotations

from symrnn.backends.simd_layout import Layout, entries


def multiplications(layout: Layout) -> str:
    """Those of one fusion group of a step, on average."""
    most = layout.tiled.most_groups
    of_sample = entries([layout.extent(axes) for axes in layout.tiled.work])
    return f"B * ({of_sample})" + f" / {most}" * (most > 1)
