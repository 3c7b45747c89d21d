"""Programs made into others with an option added: the cell's file does not know of it."""

from symrnn.transforms.bias import without_bias
from symrnn.transforms.clip import clipped
from symrnn.transforms.masks import MASK, masked

__all__ = ["MASK", "clipped", "masked", "without_bias"]
