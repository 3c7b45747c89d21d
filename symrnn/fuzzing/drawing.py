"""How Hypothesis draws random cells: by the seed alone."""

from __future__ import annotations

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider


class BySeed(HypothesisProvider):
    """Hypothesis' own choices, each cell afresh.

    Its usual provider may also take constants out of whatever modules happen to be loaded, and its
    engine mutates earlier cells, so that more of them are equal.
    """

    def _maybe_draw_constant(self, *_: object, **__: object) -> None:
        """None, from nowhere."""


NAME = "symrnn"  # of the settings' backend
AVAILABLE_PROVIDERS[NAME] = f"{__name__}.{BySeed.__name__}"
