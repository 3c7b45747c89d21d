"""Programs made into others with an option added: the cell's file does not know of it."""

from symrnn.transforms.bias import biased, only_added, with_two_biases, without_bias
from symrnn.transforms.checks import flag
from symrnn.transforms.clip import clipped
from symrnn.transforms.dropping import dropout
from symrnn.transforms.gradients import GradientClip, clipped_gradient, gradient_clip
from symrnn.transforms.initial import first_values, learned, learned_initial
from symrnn.transforms.masks import masked
from symrnn.transforms.narrow import Scale, matrices, row_scale, scaled_rows
from symrnn.transforms.options import OPTIONS, Option, with_options
from symrnn.transforms.states import clipped_state, zoneout

__all__ = ["OPTIONS", "GradientClip", "Option", "Scale", "biased", "clipped", "clipped_gradient",
           "clipped_state", "dropout", "first_values", "flag", "gradient_clip", "learned",
           "learned_initial", "masked", "matrices", "only_added", "row_scale", "scaled_rows",
           "with_options", "with_two_biases", "without_bias", "zoneout"]
