"""The public names: what ``symrnn.NAME`` finds. ``symrnn`` loads them when one is asked for."""

from symrnn.adjoint import adjoint, join, tangent
from symrnn.authoring import Cell, bidirectional, deep, readout, t
from symrnn.catalogue import cell
from symrnn.cellfile import CellFileError
from symrnn.cells import cell_names
from symrnn.cells.elman import elman, jordan
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.comparison import Comparison, compare
from symrnn.diagrams import diagram
from symrnn.exchange import to_onnx
from symrnn.gradients import Gradient, Recurrence, gradient, recurrence
from symrnn.jacobians.measure import flow
from symrnn.losses import (binary_cross_entropy, mean_squared_error, softmax_cross_entropy,
                           with_loss)
from symrnn.kernels import compile
from symrnn.optimisers import adam, gradient_norm_clip, momentum, sgd
from symrnn.packaging import Packaged, package
from symrnn.parallel import Newton, NotConverged, ParallelScan, parallel_scan
from symrnn.pipeline import derive, generate
from symrnn.presentation import show
from symrnn.presentation.costs import cost
from symrnn.program import Program, ProgramError, activation, reverse, verify
from symrnn.runtime import CompilerFailed, CompilerMissing, Kernel, Run, ShapeError
from symrnn.rounding.asked import accuracy
from symrnn.rounding.result import Accuracy
from symrnn.storage import Saved, load, save
from symrnn.training.fitting import Diverged, fit
from symrnn.training.result import Fitted
from symrnn.training.start import random_parameters
from symrnn.transforms import (clipped, clipped_state, dropout, learned_initial, with_two_biases,
                               without_bias, zoneout)

__all__ = [
    "Accuracy", "Cell", "CellFileError", "Comparison", "CompilerFailed", "CompilerMissing",
    "Diverged", "Fitted", "Gradient", "Kernel", "Newton", "NotConverged", "Packaged",
    "ParallelScan", "Program", "ProgramError", "Recurrence", "Run", "Saved", "ShapeError",
    "accuracy", "activation", "adam", "adjoint", "bidirectional", "binary_cross_entropy", "cell",
    "cell_names", "clipped", "clipped_state", "compare", "compile", "cost", "deep", "derive",
    "diagram", "dropout", "elman", "fit", "flow", "generate", "gradient", "gradient_norm_clip",
    "gru", "join", "jordan", "learned_initial", "load", "lstm", "mean_squared_error", "momentum",
    "package", "parallel_scan", "random_parameters", "readout", "recurrence", "reverse", "save",
    "sgd", "show", "softmax_cross_entropy", "t", "tangent", "to_onnx", "verify", "with_loss",
    "with_two_biases", "without_bias", "zoneout",
]
