"""Symbolic gradients to look at and to go on working with: text, MathML, SymPy."""

from symrnn.gradients.gradient import Gradient, gradient
from symrnn.gradients.hessian import Hessian
from symrnn.gradients.jacobian import Jacobian
from symrnn.gradients.recurrence import Recurrence, recurrence
from symrnn.gradients.unrolled import Unrolled

__all__ = ["Gradient", "Hessian", "Jacobian", "Recurrence", "Unrolled", "gradient", "recurrence"]
