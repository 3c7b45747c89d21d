"""Tags: what a reader may look for among the cells, ``symrnn list --tag linear``.

The tags of a cell stand where it is registered; what each means stands here, once. Those that
equations can tell are held against them by ``tests/test_tags.py``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

TAGS = {
    "affine-diagonal": "proved: the next state is affine in the last one, entry by entry",
    "affine-structured": "proved: affine in the last state, by blocks or diagonal plus rank one",
    "attention": "stores values under keys, and reads them as linear attention does",
    "classic": "stands in the lecture notes that symrnn began with",
    "continuous": "comes from a differential equation, solved in steps",
    "convolutional": "weights are shared by neighbours in time or space",
    "delayed": "reads earlier inputs, or older states than the last one",
    "elementwise": "from the last state to the next nothing is summed over units",
    "exponential": "weights are exponentials, kept in range by a running maximum",
    "gated": "a gate, computed at every step, decides what is kept, written or shown",
    "heads": "several heads, each with a memory of its own",
    "leaky": "the old state fades by a factor that no input changes",
    "linear": "for given inputs the next state is an affine function of the last one",
    "matrix": "a state is a matrix, or one for each head",
    "multiplicative": "input and state meet in a product in which neither is a gate",
    "network": "several cells: layers, or two directions",
    "nonlinear-dense": "the next state is not affine in the last one, and units see each other",
    "nonlinear-diagonal": "not affine in the last state, but entry by entry",
    "normalised": "vectors are brought to a fixed length or variance",
    "oscillating": "units swing, or complex states turn at every step",
    "peephole": "gates see the memory besides the output",
    "plain": "one weighted sum through one activation makes a new state, without gates",
    "projection": "what the next step sees is a projection of the memory",
    "residual": "a shortcut leads past a layer: as it is, weighted, or gated (highway)",
}


def unknown(tags: Iterable[str]) -> str | None:
    """The first of these that is no tag, in one sentence with what there is; None without."""
    wrong = next((one for one in tags if one not in TAGS), None)
    if wrong is None:
        return None
    close = difflib.get_close_matches(wrong.lower(), TAGS, 2)
    hint = f" (did you mean {' or '.join(close)}?)" if close else ""
    *others, last = TAGS
    return f"there is no tag {wrong!r}{hint}; there are {', '.join(others)} and {last}"
