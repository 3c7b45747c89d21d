"""Programs made into others with an option added: the cell's file does not know of it."""

from symrnn.transforms.masks import MASK, masked

__all__ = ["MASK", "masked"]
