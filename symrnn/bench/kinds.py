"""What a race may ask of a cell; apart from all else, as help needs it at once."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """What is asked of a cell."""

    STEP = "step"
    SEQUENCE = "sequence"
    TRAINING = "training"
