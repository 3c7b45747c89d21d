"""Running kernels on arrays: shapes checked, C compiled and cached, NumPy loaded."""

from symrnn.runtime.calls import Parameter
from symrnn.runtime.compiler import CompilerFailed, CompilerMissing
from symrnn.runtime.core import Run
from symrnn.runtime.kernel import Kernel
from symrnn.runtime.shapes import ShapeError

__all__ = ["CompilerFailed", "CompilerMissing", "Kernel", "Parameter", "Run", "ShapeError"]
