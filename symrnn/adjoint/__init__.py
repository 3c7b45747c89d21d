"""Derivation: programs in, programs out. Every rule stands in ``rules``."""

from symrnn.adjoint.directions import pushed, pushed_each, second_order
from symrnn.adjoint.forward_mode import tangent
from symrnn.adjoint.marks import BARS, DOTS, Mark
from symrnn.adjoint.reverse_mode import adjoint
from symrnn.adjoint.rules import Linear, linearise
from symrnn.adjoint.systems import DIFFERENTIABLE, join, names_used

__all__ = ["BARS", "DIFFERENTIABLE", "DOTS", "Linear", "Mark", "adjoint", "join", "linearise",
           "names_used", "pushed", "pushed_each", "second_order", "tangent"]
